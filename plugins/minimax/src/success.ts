import { PluginError, type HttpResponse } from "@musicverse/plugin-kit";
import { z } from "zod";
import { throwForCode, throwForHttp } from "./failures.ts";
import type { Context } from "./settings.ts";

const status = z.object({ base_resp: z.object({ status_code: z.int() }) });

/** The body of an answer that says it is a success; HTTP 200 with `base_resp.status_code` ≠ 0 is the usual failure. */
export function successOf(ctx: Context, response: HttpResponse, parse = (): unknown => response.json()): unknown {
  if (response.status !== 200) throwForHttp(response, ctx.clock.now());
  const body = parse();
  const parsed = status.safeParse(body);
  if (!parsed.success) throw drift("the answer has no base_resp.status_code");
  const statusCode = parsed.data.base_resp.status_code;
  if (statusCode !== 0) throwForCode(statusCode, response, ctx.clock.now());
  return body;
}

/** The work was probably done and billed, only we cannot read it: the outcome is unknown. */
export const drift = (message: string): PluginError => new PluginError("UPSTREAM", message, { outcome: "unknown" });
