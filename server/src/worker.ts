import type { IncomingRegistry } from "./features/incoming-events/index.ts";
import { startMaintenance } from "./platform/work/index.ts";
import type { RunningPart } from "./api.ts";
import type { Services } from "./services.ts";
import type { Shared } from "./shared.ts";
import type { Slice } from "./slice.ts";
import { createSlices, together } from "./slices.ts";

interface WorkerOptions {
  /** Do these plugins' work and nothing else, so that one which leaks or loops harms only itself. */
  onlyPlugins?: string[] | undefined;
  /** What is done about events of providers, in place of what the slices do. */
  incoming?: IncomingRegistry | undefined;
}

/** Takes up work until closed; run as many as there is work for. */
export async function startWorker(
  services: Services,
  shared: Shared,
  { onlyPlugins, incoming }: WorkerOptions = {},
): Promise<RunningPart> {
  const { log, mailer, plugins, work } = services;
  const generating = plugins.having("generation");
  const unknown = onlyPlugins?.filter((pluginId) => !generating.includes(pluginId)) ?? [];
  if (unknown.length > 0)
    throw new Error(
      `--plugins names ${unknown.join(", ")}, but loaded are: ${generating.join(", ") || "none"}. Check PLUGINS.`,
    );
  const slices = createSlices(services, shared);
  const all = together(slices, incoming);
  const parts = Object.values<Slice>(slices);
  const entries = parts
    .flatMap((slice) => slice.work ?? [])
    .filter(({ plugin }) => !onlyPlugins || (plugin !== undefined && onlyPlugins.includes(plugin)));

  await using undo = new AsyncDisposableStack();
  work.start(
    entries.flatMap(({ name, open }) => {
      const kind = open(all, undo);
      if (kind && kind.name !== name) throw new Error(`the work ${name} calls itself ${kind.name}: give both one name`);
      return kind ?? [];
    }),
  );
  undo.defer(() => work.close());
  const maintenance = startMaintenance(
    log,
    parts.flatMap((slice) => [...(slice.everywhere ?? []), ...((!onlyPlugins && slice.chores) || [])]),
  );
  undo.defer(() => maintenance.stop());
  if (!mailer) log.warn("email delivery disabled: SMTP_URL is not set");
  log.info("worker started");
  const running = undo.move();
  return { close: () => running.disposeAsync() };
}
