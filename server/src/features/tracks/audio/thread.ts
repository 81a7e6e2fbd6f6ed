import { Worker } from "node:worker_threads";
import type { ByteSource } from "./byte-source.ts";
import type { FromThread, ToThread } from "./thread-side.ts";

/** Runs one task after the other in a worker thread, which starts with the first one. */
export interface Thread<Task, Answer> {
  /** The thread gets what `source` reads, which is nobody else's. Rejects when `source` or the thread fails, or `signal` aborts; the next task gets a new thread then. */
  run(task: Task, source: ByteSource, signal: AbortSignal): Promise<Answer>;
  end(): Promise<void>;
}

const MEMORY_MB_MAX = 256;

/**
 * For parsers and decoders of what strangers send: one that breaks, loops or swells blocks no event loop and takes
 * nothing with it. The script calls `serveOwner`. An idle thread keeps no process alive.
 */
export function createThread<Task, Answer>(script: URL): Thread<Task, Answer> {
  let current: Worker | undefined;

  function start(): Worker {
    const worker = new Worker(script, {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
      stdout: true, // decoders print what they think of damaged frames
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    const forget = (): void => {
      if (current === worker) current = undefined;
    };
    worker.on("error", forget).on("exit", forget);
    return worker;
  }

  async function end(): Promise<void> {
    const worker = current;
    current = undefined;
    await worker?.terminate();
  }

  return {
    async run(task, source, signal) {
      signal.throwIfAborted();
      const worker = (current ??= start());
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const abort = (): void => reject(signal.reason);
      const exited = (code: number): void => reject(new Error(`The audio thread ended early with code ${code}.`));
      const send = (bytes: Uint8Array): void => {
        // Handed over, not copied; but a view of a larger buffer would take all of that along.
        const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
        worker.postMessage({ bytes: own } satisfies ToThread<Task>, [own.buffer as ArrayBuffer]);
      };
      const hear = (message: FromThread<Answer>): void => {
        if ("done" in message) resolve(message.done);
        else source.read(message.read.position, message.read.length).then(send, reject);
      };
      signal.addEventListener("abort", abort, { once: true });
      worker.on("message", hear).once("error", reject).once("exit", exited).ref();
      try {
        worker.postMessage({ task, size: source.size } satisfies ToThread<Task>, []);
        return await promise;
      } catch (error) {
        if (current === worker) await end();
        throw error;
      } finally {
        signal.removeEventListener("abort", abort);
        worker.off("message", hear).off("error", reject).off("exit", exited).unref();
      }
    },
    end,
  };
}
