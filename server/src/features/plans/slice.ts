import type { Slice } from "../../slice.ts";
import { plansRoutes } from "./routes.ts";

export const plansSlice = () => ({ api: () => ({ routes: plansRoutes() }) }) satisfies Slice;
