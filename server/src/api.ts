import { createApp } from "./app.ts";
import { createFeatures } from "./features.ts";
import { listen, type HttpServer } from "./platform/http/server.ts";
import type { Services } from "./services.ts";
import type { Shared } from "./shared.ts";

export interface RunningPart {
  /** Lets what runs finish, within the configured time. */
  close(): Promise<void>;
}

/** Serves HTTP until closed. On close readiness fails first, then no new connection is taken, then requests finish. */
export async function startApi(services: Services, shared: Shared): Promise<RunningPart & { url: string }> {
  const { config, log } = services;
  let stopping = false;
  const features = createFeatures(services, shared, {
    stopping: () => stopping,
    publicUrl: () => config.publicUrl ?? server.url,
  });
  const server: HttpServer = await listen(createApp(services, features), config);
  services.plugins.reachedAt({ publicUrl: config.publicUrl ?? server.url, ownUrl: server.url });
  log.info({ url: server.url }, "API listening");
  return {
    url: server.url,
    close: async () => {
      stopping = true;
      features.endStreams();
      await server.close(config.shutdownTimeoutMs);
      await features.close();
    },
  };
}
