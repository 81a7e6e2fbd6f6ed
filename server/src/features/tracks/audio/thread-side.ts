import { parentPort } from "node:worker_threads";
import type { ByteSource } from "./byte-source.ts";

/** Owner → thread: something to do, or the bytes that were asked for. */
export type ToThread<Task> = { task: Task; size: number } | { bytes: Uint8Array };
/** Thread → owner: bytes wanted, or the end. */
export type FromThread<Answer> = { read: { position: number; length: number } } | { done: Answer };

/**
 * The thread's side of `createThread`: does one task after the other. The owner reads for it, so that only the owner
 * knows the storage; one request is under way at a time. What `work` throws ends the thread and is the owner's error.
 */
export function serveOwner<Task, Answer>(work: (task: Task, source: ByteSource) => Promise<Answer>): void {
  const port = parentPort;
  if (!port) throw new Error("this script runs in a worker thread only");
  const say = (message: FromThread<Answer>): void => port.postMessage(message);
  let arrived: (bytes: Uint8Array) => void = () => undefined;
  port.on("message", (message: ToThread<Task>) => {
    if ("bytes" in message) return arrived(message.bytes);
    const source: ByteSource = {
      size: message.size,
      read(position, length) {
        say({ read: { position, length } });
        return new Promise((resolve) => (arrived = resolve));
      },
    };
    void work(message.task, source).then((done) => say({ done }));
  });
}
