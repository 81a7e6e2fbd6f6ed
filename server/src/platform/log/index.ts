import { pino, type DestinationStream, type Level } from "pino";
import { redactLine, redactedPaths } from "./redact.ts";
import { serializeError } from "./serialize-error.ts";

export type Logger = pino.Logger;

export interface LoggerOptions {
  level: Level | "silent";
  /** Which process writes: "api", "worker", "dev". */
  name: string;
}

/**
 * Lines are written a block at a time, or after so long at the latest: a write of its own for each costs a busy server a
 * twentieth of its time. All are out when the process ends, but for the last moment before a `kill -9`.
 */
const BLOCK_BYTES = 4096;
const PATIENCE_MS = 100;

/**
 * Structured log, one JSON object per line, on standard output unless `destination` is given. Secrets and what people
 * wrote (prompts, lyrics) are removed twice: by the name of the field, and by what they look like anywhere in the line.
 */
export function createLogger({ level, name }: LoggerOptions, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: serializeError },
      redact: { paths: redactedPaths, censor: "[redacted]" },
      hooks: { streamWrite: redactLine },
    },
    destination ?? pino.destination({ dest: 1, sync: false, minLength: BLOCK_BYTES, periodicFlush: PATIENCE_MS }),
  );
}

/**
 * The same log for a writer whose fields are a fixed list without content or secrets: it does not look for fields by name,
 * which takes six times as long as writing the line. What looks like a credential is still removed from each line.
 */
export function knownFieldsLog(log: Logger): Logger {
  return log.child({}, { redact: [] });
}

/** For tests and tools that want no log. */
export function silentLogger(): Logger {
  return pino({ level: "silent" });
}
