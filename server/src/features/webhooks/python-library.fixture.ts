import { execFile, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Received } from "./receiver.fixture.ts";

const run = promisify(execFile);
const folder = resolve(import.meta.dirname, "../../../../node_modules/.cache/standardwebhooks-1.1.0");
const python = resolve(folder, "bin/python");

/** Reads one JSON text with secret, headers and body per line; answers `ok` or the name of the error per line. */
const script = `
import json, sys
from standardwebhooks import Webhook
for line in sys.stdin:
    one = json.loads(line)
    try:
        Webhook(one["secret"]).verify(one["body"], one["headers"])
        print("ok")
    except Exception as error:
        print(type(error).__name__)
`;

/** Installs the standard's Python library once; otherwise says why it cannot be used here. */
export async function installPythonLibrary(): Promise<{ missing: string | null }> {
  try {
    if (!existsSync(python)) await run("python3", ["-m", "venv", folder]);
    await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "standardwebhooks==1.1.0"]);
    return { missing: null };
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
  }
}

/** What the Python library says about each delivery: `ok`, or the name of its error. */
export async function verifyInPython(deliveries: { secret: string; received: Received }[]): Promise<string[]> {
  const child = spawn(python, ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
  for (const { secret, received: { headers, body } } of deliveries) {
    child.stdin.write(`${JSON.stringify({ secret, headers, body })}\n`);
  }
  child.stdin.end();
  return (await text(child.stdout)).trim().split("\n");
}
