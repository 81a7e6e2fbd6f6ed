import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { MINUTE_MS } from "../../platform/time/index.ts";
import { createCostLedger } from "../costs/index.ts";
import { createGeneratedVariants } from "../drafts/index.ts";
import { createGeneratedImages } from "../library/index.ts";
import { createProviderPlaces } from "../quota/index.ts";
import { createGeneratedTracks } from "../tracks/index.ts";
import { endAbandoned } from "./abandoned.ts";
import { exported } from "./exports.ts";
import { generationQueue, lanes } from "./pointer.ts";
import { generationWork } from "./work.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { cancelGeneration } from "./cancelGeneration.ts";
import { createGeneration } from "./createGeneration.ts";
import type { GenerationDeps } from "./deps.ts";
import { getGeneration } from "./getGeneration.ts";
import { listGenerations } from "./listGenerations.ts";
import { createPrepareGeneration } from "./start.ts";
import { streamGenerationEvents } from "./streamGenerationEvents.ts";

export const generationSlice = (services: Services, { cursors, emit, feed, quota }: Shared) => {
  const { clock, config, db, limiter, log, plugins, redis, storage, work } = services;
  const deps = {
    db,
    plugins,
    makers: {
      tracks: createGeneratedTracks({ db, storage, emit, work }),
      variants: createGeneratedVariants({ clock }),
      images: createGeneratedImages({ db, storage, emit }),
    },
    emit,
    quota,
    places: createProviderPlaces({ redis, prefix: config.redisPrefix, log }),
    limiter,
    costs: createCostLedger({ clock, prices: config.costPrices ?? new Map() }),
    feed,
    clock,
    concurrency: 20,
    leaseMs: config.leaseMs,
  };
  const queues = plugins
    .having("generation")
    .flatMap((pluginId) =>
      (["live", "test"] as const).flatMap((mode) => lanes.map((lane) => ({ pluginId, mode, lane }))),
    );
  return {
    api: () => ({
      routes: routes({ db, cursors, plugins, work, emit, quota, feed }),
      endStreams: () => feed.endStreams(),
    }),
    work: queues.map((queue) => ({
      name: generationQueue(queue),
      plugin: queue.pluginId,
      open: () => generationWork(deps, queue),
    })),
    chores: [{ name: "end generations of plugins that are gone", everyMs: MINUTE_MS, run: () => endAbandoned(deps) }],
    exports: exported,
  } satisfies Slice;
};

const routes = (deps: GenerationDeps) =>
  ({
    createGeneration: createGeneration({ ...deps, prepare: createPrepareGeneration(deps) }),
    listGenerations: listGenerations(deps),
    getGeneration: getGeneration(deps),
    cancelGeneration: cancelGeneration(deps),
    streamGenerationEvents: streamGenerationEvents(deps),
  }) satisfies Partial<Handlers>;
