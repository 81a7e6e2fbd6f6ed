// Looks through everything the tests made the platform write (logs, job payloads, metrics) for what must never be there.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Secrets by shape, and the canaries that tests put into passwords, prompts and lyrics. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["API key", /amv_(?:live|test)_[0-9A-Za-z]{55,}/],
  ["session token", /amv_session_[0-9A-Za-z_-]{20,}/],
  ["webhook secret", /whsec_[0-9A-Za-z+/=]{20,}/],
  ["password", /pw-canary/i],
  ["prompt or lyrics", /prompt-canary/i],
  ["password hash", /\$argon2id\$/],
];

/** One line per finding, at most 20, without the secret itself. A folder without any output is a finding, too. */
export function findLeaks(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0) return [`no output of the platform was collected in ${folder}: nothing was checked`];
  return files
    .flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .flatMap((line, index) =>
          FORBIDDEN.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${what} in ${file}:${index + 1}`),
        ),
    )
    .slice(0, 20);
}
