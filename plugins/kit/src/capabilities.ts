import type { z } from "zod";
import { generationFunctions, type GenerationCapability } from "./generation.ts";
import { identityFunctions, type IdentityCapability } from "./identity.ts";
import { webhooksFunctions, type WebhooksCapability } from "./webhooks.ts";

/** Capability → function → schemas of input and output. The host checks both sides of every call with these. */
export const capabilitySchemas = {
  generation: generationFunctions,
  identity: identityFunctions,
  webhooks: webhooksFunctions,
} as const;

/** The schemas of one function, for callers that know its name only at run time; null when there is no such function. */
export function schemasOf(capability: CapabilityName, fn: string): { input: z.ZodType; output: z.ZodType } | null {
  const functions: Readonly<Record<string, { input: z.ZodType; output: z.ZodType }>> = capabilitySchemas[capability];
  return functions[fn] ?? null;
}
/** Input or output of a function: what does not fit is described without the values. */
export type FunctionSchema = NonNullable<ReturnType<typeof schemasOf>>["input"];

export type CapabilityName = keyof typeof capabilitySchemas;
export type CapabilityFunction<C extends CapabilityName> = keyof (typeof capabilitySchemas)[C] & string;

type Schemas<C extends CapabilityName, F extends CapabilityFunction<C>> = (typeof capabilitySchemas)[C][F];
/** What a caller passes: fields with defaults may be left out. */
export type CapabilityInput<C extends CapabilityName, F extends CapabilityFunction<C>> =
  Schemas<C, F> extends { input: infer S extends z.ZodType } ? z.input<S> : never;
export type CapabilityOutput<C extends CapabilityName, F extends CapabilityFunction<C>> =
  Schemas<C, F> extends { output: infer S extends z.ZodType } ? z.output<S> : never;

export interface Capabilities<Config = Readonly<Record<string, unknown>>> {
  generation?: GenerationCapability<Config>;
  identity?: IdentityCapability<Config>;
  webhooks?: WebhooksCapability<Config>;
}
