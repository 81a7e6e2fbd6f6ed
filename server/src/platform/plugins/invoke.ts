import {
  functionsOf,
  isPluginError,
  retrySafetyOf,
  type CapabilityFunction,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  type GenerationModel,
  type PluginContext,
  type RetrySafety,
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
  const declaration = functionsOf(capability)[fn];
  if (typeof implementation !== "function" || !declaration) {
    throw new PluginFailure("UNAVAILABLE", `${pluginId} has no ${capability}.${fn}`, { pluginId });
  }
  assertConfigured(entry, mode);
  if (declaration.auth === "connection" && call.accessToken === undefined)
    throw new TypeError(`${capability}.${fn} acts for a person: the call needs their accessToken`);
  const checkedInput = checkInput(declaration.input, input, pluginId);

  const admission = declaration.network ? entry.breakers[mode].admit() : null;
  if (admission && !admission.admitted) {
    const { retryAt } = admission;
    throw new PluginFailure("BREAKER_OPEN", `${pluginId} is resting after too many failures`, { pluginId, retryAt });
  }
  let health: CallResult = "neutral";
  const traffic: Traffic = { sent: 0, unanswered: 0, succeeded: 0 };
  let mask = createMask([], checkedInput);
  const retrySafety = retrySafetyIn(entry, capability, fn, mode);
  try {
    const target = await deps.target();
    const secrets = secretsOf(entry, target);
    const { network } = declaration;
    const runWith = async (signal: AbortSignal, accessToken: string | null): Promise<unknown> => {
      if (accessToken !== null) secrets.push(accessToken);
      mask = createMask(secrets, checkedInput);
      const ctx = contextFor(deps, { call, target, traffic, signal, mask, network, accessToken });
      return (implementation as AnyFunction).call(entry.plugin.capabilities[capability], ctx, checkedInput);
    };
    const work =
      declaration.auth === "connection"
        ? (signal: AbortSignal) => withFreshToken(call, traffic, (accessToken) => runWith(signal, accessToken))
        : (signal: AbortSignal) => runWith(signal, null);
    const output = await callBounded(work, {
      signal: call.signal,
      deadlineMs: call.deadlineMs ?? declaration.deadlineMs,
      onIgnoredAbort: () => deps.log.warn({ plugin: pluginId, fn }, "plugin ignores its abort signal"),
    });
    const checked = checkOutput(declaration.output, output, fn);
    if (capability === "generation" && isPending(checked) && !entry.plugin.capabilities.generation?.resolve) {
      throw new TypeError("answers pending and has no resolve");
    }
    health = traffic.sent > 0 ? "success" : "neutral";
    return checked as CapabilityOutput<C, F>;
  } catch (error) {
    if (call.signal.aborted && error === call.signal.reason) throw error;
    const failure = normalise(error, { pluginId, traffic, retrySafety, mask });
    health = healthOf(failure, traffic);
    throw failure;
  } finally {
    if (admission?.admitted) admission.settle(health);
  }
}

/** What a repeated call does in this mode: a simulator bills nothing, and answers the same input with the same bytes. */
export function retrySafetyIn(entry: Registered, capability: CapabilityName, fn: string, mode: Mode): RetrySafety {
  const declared = retrySafetyOf(entry.plugin, capability, fn);
  return mode === "test" && declared === "billable" ? "idempotent" : declared;
}

/** Calls with the person's token; one that turns out to be expired is refreshed once, and the call made again. */
async function withFreshToken(
  call: PluginCall,
  traffic: Traffic,
  run: (accessToken: string | null) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await run(call.accessToken ?? null);
  } catch (error) {
    const expired = isPluginError(error) && error.code === "AUTH_EXPIRED";
    // What has changed something at the provider before is not done twice.
    if (!expired || !call.refreshAccessToken || traffic.succeeded > 0) throw error;
    return run(await call.refreshAccessToken());
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
