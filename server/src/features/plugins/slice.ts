import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { postEveryMs } from "./breaker-board.ts";
import { pluginsRoutes } from "./routes.ts";

export const pluginsSlice = ({ log, plugins, work }: Services, { breakers }: Shared) =>
  ({
    api: () => ({ routes: pluginsRoutes({ plugins, work, breakers, log }) }),
    everywhere: [{ name: "post breakers", everyMs: postEveryMs, run: breakers.post }],
  }) satisfies Slice;
