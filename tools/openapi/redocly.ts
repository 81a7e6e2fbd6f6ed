// Runs the Redocly command line of the openapi workspace.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(join(root, "openapi/package.json"));
const cli = join(require.resolve("@redocly/cli/package.json"), "../bin/cli.js");

/**
 * Runs `redocly <args>` from the root of the repository, without telemetry and update notices.
 * Returns what it wrote to stdout; throws an Error with all that it wrote when it fails.
 */
export function runRedocly(args: string[]): string {
  const env = {
    ...process.env,
    REDOCLY_TELEMETRY: "off",
    REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
    REDOCLY_SUPPRESS_NOTIFICATIONS: "true",
  };
  try {
    return execFileSync(process.execPath, [cli, ...args], {
      cwd: root,
      env,
      encoding: "utf8",
      maxBuffer: 64_000_000,
      stdio: "pipe",
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`redocly ${args[0]} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
