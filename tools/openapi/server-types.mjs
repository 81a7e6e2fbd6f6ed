// TypeScript types of the contract for the server.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { banner, bundlePath, generatedServerDir, root, write } from "./files.mjs";

const require = createRequire(join(root, "openapi/package.json"));

/**
 * Runs openapi-typescript. From the root, because it obeys any redocly.yaml in its working directory; by path, because
 * it needs the TypeScript of the openapi workspace.
 */
export function writeServerTypes() {
  const cli = join(require.resolve("openapi-typescript/package.json"), "../bin/cli.js");
  const output = join(generatedServerDir, "openapi.types.ts");
  execFileSync(process.execPath, [cli, bundlePath, "--output", output], { cwd: root, stdio: "pipe" });
  write(output, banner + readFileSync(output, "utf8"));
}
