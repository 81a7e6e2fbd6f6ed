import type { Logger } from "pino";

/** A chore that may run in any number of processes, at any time, again and again. */
export interface Chore {
  name: string;
  everyMs: number;
  run(): Promise<void>;
}

/** Runs each chore now and then every so often; a failure is logged and tried again at the next turn. */
export function startMaintenance(log: Logger, chores: readonly Chore[]): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const turn = ({ name, run }: Chore) => {
    const done = run().catch((error: unknown) => log.error({ err: error, chore: name }, "chore failed"));
    running.add(done);
    void done.then(() => running.delete(done));
  };
  const timers = chores.map((chore) => {
    turn(chore);
    return setInterval(turn, chore.everyMs, chore).unref();
  });
  return {
    stop: async () => {
      timers.forEach(clearInterval);
      await Promise.all(running);
    },
  };
}
