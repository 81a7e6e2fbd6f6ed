import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a development platform keeps between starts: secrets that nobody had to invent, and the way in. */
export interface DevSecrets {
  masterKeys: string;
  keyPeppers: string;
  ownerPassword: string;
  appPassword: string;
  email: string;
  password: string;
  /** Sandbox key of the development account; null until the first start made it. */
  apiKey: string | null;
}

/** Where a running development platform is, for `npm run demo`. */
export interface Running {
  url: string;
  apiKey: string;
  pid: number;
}

/** Files of the folder `.musicverse/`, which git ignores. Everything in it is for this machine only. */
export function openState(directory: string) {
  mkdirSync(directory, { recursive: true });
  const secretsFile = join(directory, "secrets.json");
  const runningFile = join(directory, "running.json");
  // Renamed into place: whoever reads the file (the demo polls it), or a crash in between, never meets half of it.
  const write = (file: string, value: unknown) => {
    writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };

  const secrets: DevSecrets = existsSync(secretsFile)
    ? (JSON.parse(readFileSync(secretsFile, "utf8")) as DevSecrets)
    : invent();
  if (!existsSync(secretsFile)) write(secretsFile, secrets);
  return {
    secrets,
    saveApiKey: (apiKey: string) => {
      secrets.apiKey = apiKey;
      write(secretsFile, secrets);
    },
    announce: (running: Running) => write(runningFile, running),
    withdraw: () => rmSync(runningFile, { force: true }),
  };
}

function invent(): DevSecrets {
  const random = () => randomBytes(24).toString("base64url");
  return {
    masterKeys: `dev1:${randomBytes(32).toString("base64")}`,
    keyPeppers: `1:${randomBytes(32).toString("base64")}`,
    ownerPassword: random(),
    appPassword: random(),
    email: "developer@musicverse.localhost",
    password: random(),
    apiKey: null,
  };
}
