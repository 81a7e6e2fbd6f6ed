import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pythonWith, type Python } from "../../../test-kit/python.ts";
import type { Received } from "./receiver.fixture.ts";

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

/** A Python with the standard's own library, or why there is none. */
export const pythonLibrary = (): Promise<Python> =>
  pythonWith("standardwebhooks", resolve(import.meta.dirname, "standardwebhooks.requirements.txt"));

/** What the Python library says about each delivery: `ok`, or the name of its error. */
export async function verifyInPython(
  python: string,
  deliveries: { secret: string; received: Received }[],
): Promise<string[]> {
  const child = spawn(python, ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
  for (const {
    secret,
    received: { headers, body },
  } of deliveries) {
    child.stdin.write(`${JSON.stringify({ secret, headers, body })}\n`);
  }
  child.stdin.end();
  return (await text(child.stdout)).trim().split("\n");
}
