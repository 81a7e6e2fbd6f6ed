import { z } from "zod";
import type { PluginContext } from "./context.ts";

export const identityOutput = z.strictObject({
  /** The provider's own name of the person: never given to another one, never changing. */
  externalId: z.string().min(1).max(255),
  /** As shown to people; null when the provider has none. */
  name: z.string().min(1).max(200).nullable(),
  email: z.email().max(254).nullable(),
  /** True only when the provider says that it made sure of the address. */
  emailVerified: z.boolean(),
});
export type Identity = z.output<typeof identityOutput>;

/** `ctx.http` acts for the person: it adds the access token of the connection or sign-in. */
export const identityFunctions = {
  whoami: { input: z.strictObject({}), output: identityOutput },
} as const;

export interface IdentityCapability<Config = Readonly<Record<string, unknown>>> {
  /** Who is connected. */
  whoami(ctx: PluginContext<Config>, input: Record<string, never>): Promise<Identity>;
}
