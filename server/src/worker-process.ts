import { readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { listen } from "./platform/http/server.ts";
import type { RunningPart } from "./api.ts";
import { createHealthApp } from "./app.ts";
import type { Services } from "./services.ts";
import type { Shared } from "./shared.ts";
import { createSlices, together } from "./slices.ts";
import { startWorker } from "./worker.ts";

/**
 * A worker as a process of its own. With WORKER_PORT it shows how it is, as the API does and at the same paths: a process's
 * figures are in its own memory, so Prometheus has to ask each. On close readiness fails first, then the work finishes.
 */
export async function startWorkerProcess(
  services: Services,
  shared: Shared,
  options: { onlyPlugins?: string[] } = {},
): Promise<RunningPart> {
  const { config, log } = services;
  // Going back ahead would need rights.
  if (config.workerNice > getPriority()) standBack(config.workerNice);
  if (config.workerPort === null) {
    log.info("worker metrics and health endpoints disabled: WORKER_PORT is not set");
    return startWorker(services, shared, options);
  }
  let stopping = false;
  const slices = createSlices(services, shared);
  const { routes } = slices.health.api({ ...together(slices), stopping: () => stopping });
  await using undo = new AsyncDisposableStack();
  const server = await listen(createHealthApp(services, routes), {
    ...config,
    port: config.workerPort,
    variable: "WORKER_PORT",
  });
  undo.defer(() => server.close(config.shutdownTimeoutMs));
  log.info({ url: server.url }, "worker metrics and health endpoints listening");
  const worker = await startWorker(services, shared, options);
  undo.defer(() => worker.close());
  const running = undo.move();
  return {
    close: async () => {
      stopping = true;
      await running.disposeAsync();
    },
  };
}

/** On Linux a priority is a thread's: later threads have it from the one that starts them, but V8's, which collect garbage, run already. */
function standBack(nice: number): void {
  setPriority(nice);
  if (process.platform !== "linux") return;
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      setPriority(Number(thread), nice);
    } catch {
      // It has ended meanwhile.
    }
  }
}
