import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import type {
  CallOptions,
  Case,
  ClientSettings,
  FileParam,
  OperationCall,
  RecordedRequest,
  UnwrapCall,
} from "../../../tests/sdk/case.ts";
import { operations } from "../../src/generated/operations.ts";
import { MusicVerse, unwrapWebhook, verifyWebhook } from "../../src/index.ts";
import type {
  ClientOptions,
  LogEntry,
  ReceivedResponse,
  RequestOptions,
  SentRequest,
  Uploadable,
} from "../../src/index.ts";
import { takesParams } from "./contract.ts";
import { read, type Reading } from "./read.ts";
import { whenPausing } from "./seams.ts";

export interface Outcome extends Reading {
  error?: unknown;
  cancelReason: Error;
  log: LogEntry[];
  hooks: (({ hook: "request" } & SentRequest) | ({ hook: "response" } & ReceivedResponse))[];
}

/** Does what the case says, through the public surface, and catches what comes out. */
export async function carryOut(
  entry: Case,
  baseUrl: string,
  requests: () => Promise<RecordedRequest[]>,
): Promise<Outcome> {
  const caller = new AbortController();
  const outcome: Outcome = { cancelReason: new Error("the caller gives up"), log: [], hooks: [] };
  const cancel = (): void => caller.abort(outcome.cancelReason);
  const first = new MusicVerse({
    baseUrl,
    apiKey: "session-token",
    log: (line) => void outcome.log.push(line),
    onRequest: (request) => void outcome.hooks.push({ hook: "request", ...request }),
    onResponse: (response) => void outcome.hooks.push({ hook: "response", ...response }),
    ...clientOptions(entry.client),
  });
  const client = entry.with_options ? first.withOptions(clientOptions(entry.with_options)) : first;
  const folder = mkdtempSync(join(tmpdir(), "musicverse-case-"));
  try {
    if (entry.cancel === "before") cancel();
    if (entry.cancel === "first_pause") whenPausing(cancel);
    if (entry.cancel === "first_event") outcome.onEvent = cancel;
    for (let time = 0; time < (entry.times ?? 1); time += 1) {
      const running = start(client, entry, caller.signal, folder, outcome);
      if (entry.cancel === "first_request") {
        running.catch(() => undefined);
        await vi.waitFor(async () => {
          if ((await requests()).length === 0) throw new Error("no request yet");
        });
        cancel();
      }
      await running;
    }
  } catch (error) {
    outcome.error = error;
  } finally {
    rmSync(folder, { recursive: true });
  }
  return outcome;
}

async function start(
  client: MusicVerse,
  { call, cancel }: Case,
  signal: AbortSignal,
  folder: string,
  outcome: Outcome,
): Promise<void> {
  if ("unwrap" in call) return unwrap(call, outcome);
  const options = { ...requestOptions(call.options), ...(cancel ? { signal } : {}) };
  if ("wait" in call) {
    outcome.value = await client.generations.wait(call.wait, options);
    return;
  }
  await read(call, () => invoke(client, call, options, folder), outcome, folder);
}

async function unwrap(
  { unwrap: { body, headers, secrets, now, tolerance_ms, verify_only } }: UnwrapCall,
  outcome: Outcome,
): Promise<void> {
  const options = { now: () => now * 1000, ...(tolerance_ms === undefined ? {} : { toleranceMs: tolerance_ms }) };
  if (verify_only) await verifyWebhook(body, headers, secrets, options);
  else outcome.value = await unwrapWebhook(body, headers, secrets, options);
}

function invoke(
  client: MusicVerse,
  { operation, ids = [], params, csv }: OperationCall,
  options: RequestOptions,
  folder: string,
): unknown {
  const { resource, method } = operations[operation as keyof typeof operations];
  const group = client[resource] as unknown as Record<string, (...args: unknown[]) => unknown>;
  const given = takesParams(operation) ? [withFile(params ?? {}, folder)] : [];
  return group[csv ? `${method}Csv` : method]?.(...ids, ...given, options);
}

function withFile(params: Record<string, unknown>, folder: string): Record<string, unknown> {
  return "file" in params ? { ...params, file: toFile(params["file"] as FileParam, folder) } : params;
}

function toFile({ from, content, filename, content_type: type }: FileParam, folder: string): Uploadable {
  const named = { ...(filename ? { filename } : {}), ...(type ? { contentType: type } : {}) };
  if (from === "path") {
    const path = join(folder, filename ?? "song.wav");
    writeFileSync(path, content);
    return path;
  }
  if (from === "bytes") return { data: new TextEncoder().encode(content), ...named };
  if (from === "blob") return new File([content], filename ?? "blob", type ? { type } : {});
  return { data: new Blob([content]).stream(), ...named };
}

function clientOptions({
  api_key,
  mode,
  timeout_ms,
  retries_max,
  default_headers,
}: ClientSettings = {}): ClientOptions {
  return {
    ...(api_key === undefined ? {} : { apiKey: api_key }),
    ...(mode ? { mode } : {}),
    ...(timeout_ms === undefined ? {} : { timeoutMs: timeout_ms }),
    ...(retries_max === undefined ? {} : { retriesMax: retries_max }),
    ...(default_headers ? { defaultHeaders: default_headers } : {}),
  };
}

function requestOptions({ timeout_ms, retries_max, idempotency_key, mode, headers }: CallOptions = {}): RequestOptions {
  return { timeoutMs: timeout_ms, retriesMax: retries_max, idempotencyKey: idempotency_key, mode, headers };
}
