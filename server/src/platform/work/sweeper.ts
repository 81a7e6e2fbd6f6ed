import type { Logger } from "pino";

export interface SweeperOptions {
  intervalMs: number;
  sweep(): Promise<void>;
  log: Logger;
}

/**
 * Calls `sweep` at once and then every interval, give or take a fifth so that processes do not sweep in step; never
 * twice at the same time. A failure is logged when it begins and when it is over.
 */
export function startSweeper({ intervalMs, sweep, log }: SweeperOptions): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let failing = false;
  let running = run();

  async function run(): Promise<void> {
    try {
      await sweep();
      if (failing) log.info("sweep for due work recovered");
      failing = false;
    } catch (error) {
      if (!failing) log.error({ err: error }, "sweep for due work failed; retrying every interval");
      failing = true;
    }
    if (stopped) return;
    timer = setTimeout(
      () => {
        running = run();
      },
      intervalMs * (0.8 + Math.random() * 0.4),
    );
  }

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
