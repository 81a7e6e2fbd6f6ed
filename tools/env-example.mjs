// Makes .env.example from the settings that the server and its plugins define.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root, write } from "./openapi/files.mjs";

/** Writes .env.example. In a process of its own: the server's sources need Node's condition for workspace sources. */
export function writeEnvExample() {
  const program = join(root, "server/src/print-env-example.ts");
  write(
    join(root, ".env.example"),
    execFileSync(process.execPath, ["--conditions=musicverse-source", program], { encoding: "utf8" }),
  );
}
