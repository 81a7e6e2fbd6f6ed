import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { runChecks, worst } from "./checks.ts";
import type { HealthDeps } from "./deps.ts";

/** 503 while a part is down and as soon as a shutdown begins, so that a load balancer stops sending before we stop. */
export const getReadiness =
  ({ probes, log, stopping }: HealthDeps): Handler<"getReadiness"> =>
  async () => {
    const checks = await runChecks(probes, (probe, error) => log.warn({ probe, err: error }, "readiness probe failed"));
    if (stopping())
      checks.push({ name: "shutdown", status: "down", duration_ms: 0, message: "this process is shutting down" });
    const status = worst(checks);
    if (status === "down") {
      const down = checks.filter((check) => check.status === "down").map(({ name }) => name);
      throw new ProblemError("not_ready", { detail: `Not ready: ${down.join(", ")}.`, extensions: { checks } });
    }
    return ok({ status, checks });
  };
