import { tell } from "./hooks.ts";
import { redact } from "./redact.ts";

/**
 * One line about the traffic, given to the `log` option. It carries no header and no body, and texts pass a filter,
 * so it is safe to print: keys, tokens, webhook secrets, prompts and lyrics cannot be in it.
 */
export interface LogEntry {
  level: "debug" | "warn" | "error";
  /** Readable in itself, for example `GET /v1/tracks 200 in 34 ms`. */
  message: string;
  event: "response" | "retry" | "failure" | "reconnect" | "deprecated";
  method: string;
  /** Without query. */
  url: string;
  /** 0 is the first try. */
  attempt: number;
  durationMs?: number;
  status?: number;
  requestId?: string;
  /** Pause before the next try. */
  delayMs?: number;
  /** Name and text of the failure. */
  error?: string;
}

export type LogHook = (entry: LogEntry) => void;

/** Hands the line to the hook, filtered. */
export function writeLog(log: LogHook | undefined, line: () => LogEntry): void {
  tell(log, () => {
    const entry = line();
    const safe = { ...entry, message: redact(entry.message), url: redact(entry.url) };
    if (entry.error !== undefined) safe.error = redact(entry.error);
    return safe;
  });
}

/** What a log may say about a failure. Details quote what was sent, so an answer gives only its status and code. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return "unknown failure";
  if ("status" in error && "code" in error)
    return `${error.name}: ${String(error.status)} ${typeof error.code === "string" ? error.code : ""}`.trim();
  return `${error.name}: ${error.message}`;
}
