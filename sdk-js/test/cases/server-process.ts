import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Case, RecordedRequest } from "../../../tests/sdk/case.ts";

export interface PreparedCase {
  base_url: string;
  requests(): Promise<RecordedRequest[]>;
  forget(): Promise<void>;
}

export interface CaseServer {
  table(): Promise<Case[]>;
  prepare(entry: Case): Promise<PreparedCase>;
}

/** Starts the misbehaving server of the table as a process; it ends with the tests of the file that calls this. */
export async function startCaseServer(): Promise<CaseServer> {
  const program = fileURLToPath(new URL("../../../tests/sdk/server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=musicverse-source", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  afterAll(() => void child.stdin.end());
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  const ask = async <T>(path: string, method = "GET", body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    table: () => ask("table"),
    async prepare({ server }) {
      const { id, base_url } = await ask<{ id: string; base_url: string }>("cases", "POST", { server });
      const requests = async (): Promise<RecordedRequest[]> =>
        (await ask<{ requests: RecordedRequest[] }>(`cases/${id}`)).requests;
      return { base_url, requests, forget: () => ask(`cases/${id}`, "DELETE") };
    },
  };
}
