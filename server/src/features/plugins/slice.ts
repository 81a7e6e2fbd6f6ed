import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { postEveryMs } from "./breaker-board.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { PluginsDeps } from "./deps.ts";
import { listPlugins } from "./listPlugins.ts";

export const pluginsSlice = ({ log, plugins, work }: Services, { breakers }: Shared) =>
  ({
    api: () => ({ routes: routes({ plugins, work, breakers, log }) }),
    everywhere: [{ name: "post breakers", everyMs: postEveryMs, run: breakers.post }],
  }) satisfies Slice;

const routes = (deps: PluginsDeps) => ({ listPlugins: listPlugins(deps) }) satisfies Partial<Handlers>;
