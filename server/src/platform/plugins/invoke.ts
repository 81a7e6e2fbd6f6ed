import {
  schemasOf,
  type CapabilityFunction,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  type GenerationModel,
  type PluginContext,
} from "@musicverse/plugin-kit";
import type { Breaker, CallResult } from "./breaker.ts";
import { callBounded } from "./call-function.ts";
import { checkInput, checkOutput } from "./check-values.ts";
import { contextFor, type ContextDeps } from "./context.ts";
import { PluginFailure } from "./failure.ts";
import type { LoadedPlugin } from "./load-plugin.ts";
import { createMask } from "./mask.ts";
import { healthOf, normalise } from "./normalise.ts";
import type { PluginCall } from "./plugin-host.ts";
import type { Traffic } from "./plugin-http.ts";
import type { Target } from "./target.ts";

export type Mode = "live" | "test";

/**
 * A loaded plugin with its state. Sandbox and live have a breaker each: a simulator told to fail must not stop live
 * work.
 */
export interface Registered extends LoadedPlugin {
  breakers: Record<Mode, Breaker>;
  models: GenerationModel[];
  sandbox: boolean;
}

interface InvokeDeps extends ContextDeps {
  entry: Registered;
  target: () => Promise<Target>;
}

interface FunctionRule {
  deadlineMs: number;
  /** Work at the provider, so it counts for the breaker and waits while that is open. */
  guarded: boolean;
  /** Pure: has no network. */
  offline?: true;
}
/** Stands in the request of a provider, which waits and gives up early. */
const judgement: FunctionRule = { deadlineMs: 2_000, guarded: false, offline: true };

const rules: Record<CapabilityName, Record<string, FunctionRule>> = {
  generation: {
    models: { deadlineMs: 10_000, guarded: false },
    estimate: { deadlineMs: 10_000, guarded: false },
    generate: { deadlineMs: 600_000, guarded: true },
    resolve: { deadlineMs: 600_000, guarded: true },
  },
  identity: { whoami: { deadlineMs: 30_000, guarded: true } },
  webhooks: { verify: judgement, eventId: judgement, occurredAt: judgement, normalize: judgement },
};

type AnyFunction = (ctx: PluginContext, input: unknown) => unknown;

/**
 * One call: availability → input → breaker → function within its deadline → output. Rejects with PluginFailure only.
 */
export async function invokePlugin<C extends CapabilityName, F extends CapabilityFunction<C>>(
  deps: InvokeDeps,
  { capability, fn, call, input }: { capability: C; fn: F; call: PluginCall; input: CapabilityInput<C, F> },
): Promise<CapabilityOutput<C, F>> {
  const { entry } = deps;
  const { id: pluginId } = entry.plugin;
  const { mode } = call.account;
  const implementation = (entry.plugin.capabilities[capability] as Record<string, unknown> | undefined)?.[fn];
  const rule = rules[capability][fn];
  const schemas = schemasOf(capability, fn);
  if (typeof implementation !== "function" || !rule || !schemas) {
    throw new PluginFailure("UNAVAILABLE", `${pluginId} has no ${capability}.${fn}`, { pluginId });
  }
  assertConfigured(entry, mode);
  const checkedInput = checkInput(schemas.input, input, pluginId);

  const admission = rule.guarded ? entry.breakers[mode].admit() : null;
  if (admission && !admission.admitted) {
    const { retryAt } = admission;
    throw new PluginFailure("BREAKER_OPEN", `${pluginId} is resting after too many failures`, { pluginId, retryAt });
  }
  let health: CallResult = "neutral";
  const traffic: Traffic = { sent: 0, unanswered: 0, succeeded: 0 };
  let mask = createMask([], checkedInput);
  const generates = capability === "generation" && mode === "live";
  const repeat = generates ? (entry.plugin.capabilities.generation?.repeat ?? "costs") : "idempotent";
  try {
    const target = await deps.target();
    mask = createMask([...secretsOf(entry, target), call.accessToken ?? ""], checkedInput);
    const work = async (signal: AbortSignal): Promise<unknown> => {
      const ctx = contextFor(deps, { call, target, traffic, signal, mask, offline: rule.offline ?? false });
      return (implementation as AnyFunction).call(entry.plugin.capabilities[capability], ctx, checkedInput);
    };
    const output = await callBounded(work, {
      signal: call.signal,
      deadlineMs: call.deadlineMs ?? rule.deadlineMs,
      onIgnoredAbort: () => deps.log.warn({ plugin: pluginId, fn }, "plugin ignores its abort signal"),
    });
    const checked = checkOutput(schemas.output, output, fn);
    if (capability === "generation" && isPending(checked) && !entry.plugin.capabilities.generation?.resolve) {
      throw new TypeError("answers pending and has no resolve");
    }
    health = traffic.sent > 0 ? "success" : "neutral";
    return checked as CapabilityOutput<C, F>;
  } catch (error) {
    if (call.signal.aborted && error === call.signal.reason) throw error;
    const failure = normalise(error, { pluginId, traffic, repeat, mask });
    health = healthOf(failure, traffic);
    throw failure;
  } finally {
    if (admission?.admitted) admission.settle(health);
  }
}

export const isReady = (entry: Registered, mode: Mode): boolean =>
  mode === "live" ? entry.settings.missing.length === 0 : entry.sandbox;

export function assertConfigured(entry: Registered, mode: Mode): void {
  if (isReady(entry, mode)) return;
  const { id: pluginId } = entry.plugin;
  const missing = entry.settings.missing.map(({ env }) => env).join(", ");
  const why = mode === "live" ? `needs ${missing} for live accounts` : "has no simulator";
  throw new PluginFailure("UNAVAILABLE", `${pluginId} ${why}`, { pluginId });
}

const isPending = (output: unknown): boolean => typeof output === "object" && output !== null && "pending" in output;

function secretsOf({ plugin }: Registered, target: Target): string[] {
  return Object.entries(plugin.config).flatMap(([name, field]) => {
    const value = target.config[name];
    return field.kind === "secret" && typeof value === "string" ? [value] : [];
  });
}
