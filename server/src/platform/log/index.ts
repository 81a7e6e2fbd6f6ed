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
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
}

/** For tests and tools that want no log. */
export function silentLogger(): Logger {
  return pino({ level: "silent" });
}
