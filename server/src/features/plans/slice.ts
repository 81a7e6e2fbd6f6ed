import type { Slice } from "../../slice.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { getPlan } from "./getPlan.ts";
import { listPlans } from "./listPlans.ts";

export const plansSlice = () => ({ api: () => ({ routes: routes() }) }) satisfies Slice;

const routes = () => ({ getPlan: getPlan(), listPlans: listPlans() }) satisfies Partial<Handlers>;
