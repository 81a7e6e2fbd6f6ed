import type { Services } from "../../services.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { version } from "../../version.ts";
import { healthRoutes } from "./routes.ts";

export const healthSlice = ({ clock, config, log, metrics }: Services) =>
  ({
    api: ({ probes, stopping }: Pick<Surroundings, "probes" | "stopping">) => ({
      routes: healthRoutes({ probes, metrics, metricsToken: config.metricsToken, log, clock, version, stopping }),
    }),
  }) satisfies Slice;
