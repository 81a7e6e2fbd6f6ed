import type { components } from "../../generated/openapi.types.ts";
import { withTimeout } from "../../platform/time/index.ts";

type HealthCheck = components["schemas"]["HealthCheck"];
type HealthType = components["schemas"]["HealthType"];

/** One part that can be asked how it is. */
export interface Probe {
  name: string;
  types: readonly HealthType[];
  /** Resolves when it is well; with a text when it works but worse; rejects when it is down. */
  look(): Promise<string | void>;
}

/** A part that takes longer than this to answer counts as down, in milliseconds. */
const TIMEOUT_MS = 2_000;

/** Asks all parts at once. Inner detail of a failure stays with the logger. */
export async function runChecks(
  probes: readonly Probe[],
  onFailure: (probe: string, error: unknown) => void,
): Promise<HealthCheck[]> {
  return Promise.all(
    probes.map(async (probe) => {
      const { name } = probe;
      const started = performance.now();
      const finish = (status: HealthCheck["status"], message: string | null) => ({
        name,
        status,
        duration_ms: Math.round(performance.now() - started),
        message,
      });
      try {
        const worse = await lookOnce(probe);
        return worse ? finish("degraded", worse) : finish("ok", null);
      } catch (error) {
        onFailure(name, error);
        return finish("down", `${name} does not answer`);
      }
    }),
  );
}

const looking = new WeakMap<Probe, Promise<string | void>>();

/** Anybody may ask, as often as they like: however many do at once, each part is asked once. */
function lookOnce(probe: Probe): Promise<string | void> {
  const running = looking.get(probe);
  if (running) return running;
  const started = withTimeout(probe.look(), TIMEOUT_MS).finally(() => looking.delete(probe));
  looking.set(probe, started);
  return started;
}

export function worst(checks: readonly HealthCheck[]): HealthCheck["status"] {
  if (checks.some(({ status }) => status === "down")) return "down";
  return checks.some(({ status }) => status === "degraded") ? "degraded" : "ok";
}
