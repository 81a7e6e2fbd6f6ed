import type { z } from "zod";
import { generation } from "./generation.ts";
import { identity } from "./identity.ts";
import { webhooks } from "./webhooks.ts";
import type { CapabilityOf, FunctionDeclaration, RetrySafety } from "./define-capability.ts";

export * from "./define-capability.ts";
export * from "./generation.ts";
export * from "./identity.ts";
export * from "./webhooks.ts";

/** Everything that plugins can do, by name. */
export const capabilities = { generation, identity, webhooks } as const;

export type CapabilityName = keyof typeof capabilities;
type Functions<C extends CapabilityName> = (typeof capabilities)[C]["functions"];
export type CapabilityFunction<C extends CapabilityName> = keyof Functions<C> & string;
/** `generation.generate` */
export type FunctionName = { [C in CapabilityName]: `${C}.${CapabilityFunction<C>}` }[CapabilityName];

/** What a caller passes: fields with defaults may be left out. */
export type CapabilityInput<C extends CapabilityName, F extends CapabilityFunction<C>> = Functions<C>[F] extends {
  input: infer S extends z.ZodType;
}
  ? z.input<S>
  : never;
export type CapabilityOutput<C extends CapabilityName, F extends CapabilityFunction<C>> = Functions<C>[F] extends {
  output: infer S extends z.ZodType;
}
  ? z.output<S>
  : never;

/** What a plugin provides, by capability. */
export type Capabilities<Config = Readonly<Record<string, unknown>>> = {
  readonly [C in CapabilityName]?: CapabilityOf<(typeof capabilities)[C], Config>;
};

export const capabilityNames = Object.keys(capabilities) as CapabilityName[];

/** The functions of a capability by name, for callers that know it only at run time. */
export const functionsOf = (capability: CapabilityName): Readonly<Record<string, FunctionDeclaration>> =>
  capabilities[capability].functions;

/** What calling a plugin's function twice does: as the capability declares it, unless the plugin can do better. */
export function retrySafetyOf(
  plugin: { readonly capabilities: Capabilities },
  capability: CapabilityName,
  fn: string,
): RetrySafety {
  const promised: Readonly<Record<string, RetrySafety | undefined>> =
    plugin.capabilities[capability]?.retrySafety ?? {};
  return promised[fn] ?? functionsOf(capability)[fn]?.retrySafety ?? "billable";
}
