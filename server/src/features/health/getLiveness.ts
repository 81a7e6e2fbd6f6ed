import { ok, type Handler } from "../../platform/http/operation.ts";

export const getLiveness = (): Handler<"getLiveness"> => async () => ok({ status: "ok" });
