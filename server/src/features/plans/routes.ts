import type { Handlers } from "../../platform/http/operation.ts";
import { getPlan } from "./getPlan.ts";
import { listPlans } from "./listPlans.ts";

export const plansRoutes = () => ({ getPlan: getPlan(), listPlans: listPlans() }) satisfies Partial<Handlers>;
