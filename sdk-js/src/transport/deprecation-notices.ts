import type { LogEntry } from "./log.ts";

/** `trk_01h455vb4pex5vsknk084sn02q` and its like, which differ between calls of one operation. */
const ID = /[a-z]{3}_[0-9a-z]{26}/g;

/** Tells the log, once for each operation and client, that the server calls the operation deprecated. */
export class DeprecationNotices {
  readonly #seen = new Set<string>();
  readonly #log: (entry: LogEntry) => void;

  constructor(log: (entry: LogEntry) => void) {
    this.#log = log;
  }

  notice(
    { method, target }: { method: string; target: string },
    { headers }: Response,
    entry: Pick<LogEntry, "method" | "url" | "attempt">,
  ): void {
    const since = headers.get("deprecation");
    if (since === null) return;
    const operation = target.replace(ID, "{id}");
    if (this.#seen.has(operation)) return;
    this.#seen.add(operation);
    const sunset = headers.get("sunset");
    const page = /<([^>]+)>; rel="deprecation"/.exec(headers.get("link") ?? "")?.[1];
    const message = `${operation} is deprecated${sunset ? ` and ends on ${sunset}` : ""}${page ? `; see ${page}` : ""}`;
    this.#log({ ...entry, method, level: "warn", event: "deprecated", message });
  }
}
