import { ok, type Handler } from "../../platform/http/operation.ts";
import { runChecks, worst } from "./checks.ts";
import type { HealthDeps } from "./deps.ts";

export const getHealth =
  ({ probes, log, clock, version }: HealthDeps): Handler<"getHealth"> =>
  async ({ query }) => {
    const type = query.type ?? "application";
    const checks = await runChecks(
      probes.filter((probe) => probe.types.includes(type)),
      (probe, error) => log.warn({ probe, err: error }, "health probe failed"),
    );
    return ok({
      object: "health",
      type,
      status: worst(checks),
      version,
      checks,
      checked_at: clock.now().toISOString(),
    });
  };
