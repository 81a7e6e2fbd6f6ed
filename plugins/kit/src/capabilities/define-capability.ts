import type { z } from "zod";
import type { PluginContext } from "../context.ts";

/**
 * What happens when a call is made twice.
 * `safe`: nothing, it only reads.
 * `idempotent`: nothing more, as long as `ctx.idempotencyKey` is the same.
 * `billable`: the provider does (and charges for) the work again, so the host never repeats a call whose outcome it does
 * not know. A plugin whose provider honours idempotency keys says so in its `retrySafety`.
 */
export type RetrySafety = "safe" | "idempotent" | "billable";

/** One function that plugins may implement, with everything the host and the conformance suite know about it. */
export interface FunctionDeclaration {
  /** Checked before the plugin runs. Fields with defaults may be left out by the caller, never by the host. */
  readonly input: z.ZodType;
  /** Checked before the caller sees it: an output that does not fit becomes `UPSTREAM`. */
  readonly output: z.ZodType;
  /** How long one call may take. At the deadline `ctx.signal` aborts and the caller gets `NETWORK`. */
  readonly deadlineMs: number;
  /** True: it asks the provider, and counts for the circuit breaker. False: `ctx.http` refuses every request. */
  readonly network: boolean;
  /** Whose credential `ctx.http` adds: the operator's, that of the person who connected (needs `oauth2`), or none. */
  readonly auth: "app" | "connection" | "none";
  readonly retrySafety: RetrySafety;
  /** True: plugins may leave it out. */
  readonly optional?: true;
  /** True: it answers at once, not with a promise. */
  readonly synchronous?: true;
  /** The input's fields that users write freely (`lyrics`, `input.prompt`): they must never appear in a log or an error. */
  readonly userContent?: readonly string[];
  /** A made-up call, for documentation and for the skeletons of new plugins. */
  readonly example: { readonly input: unknown; readonly output: unknown };
}
export type FunctionDeclarations = Readonly<Record<string, FunctionDeclaration>>;

/** One thing that plugins can do. */
export interface Capability<Functions extends FunctionDeclarations = FunctionDeclarations> {
  readonly name: string;
  readonly functions: Functions;
}

/**
 * Declares a capability: types, manifest check, the host's rules, the conformance suite and the API's
 * `PluginCapability` all come from this. ADD_A_CAPABILITY.md shows how.
 */
export const defineCapability = <const Name extends string, const Functions extends FunctionDeclarations>(
  name: Name,
  functions: Functions,
) => Object.freeze({ name, functions });

type Answer<T> = T | Promise<T>;

/** A plugin's function. (A method's parameters are bivariant: a plugin with typed settings is a plugin.) */
type Implementation<Declaration extends FunctionDeclaration, Config> = {
  call(
    ctx: PluginContext<Config>,
    input: z.output<Declaration["input"]>,
  ): Declaration extends { synchronous: true }
    ? z.output<Declaration["output"]>
    : Answer<z.output<Declaration["output"]>>;
}["call"];

type Optional = { readonly optional: true };
type Billable = { readonly retrySafety: "billable" };

/** What a plugin provides for a capability. */
export type CapabilityOf<C extends Capability, Config = Readonly<Record<string, unknown>>> = {
  readonly [F in keyof C["functions"] as C["functions"][F] extends Optional ? never : F]: Implementation<
    C["functions"][F],
    Config
  >;
} & {
  readonly [F in keyof C["functions"] as C["functions"][F] extends Optional ? F : never]?: Implementation<
    C["functions"][F],
    Config
  >;
} & {
  /** The billable functions that are idempotent with this provider, because the plugin sends `ctx.idempotencyKey`. */
  readonly retrySafety?: {
    readonly [F in keyof C["functions"] as C["functions"][F] extends Billable ? F : never]?: "idempotent";
  };
};
