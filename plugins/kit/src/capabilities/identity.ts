import { z } from "zod";
import { defineCapability, type CapabilityOf } from "./define-capability.ts";

export const identityOutput = z.strictObject({
  /** The provider's own id of the person: it never changes and is never given to anybody else. */
  externalId: z.string().min(1).max(255),
  /** The name shown to people; null when the provider has none. */
  name: z.string().min(1).max(200).nullable(),
  email: z.email().max(254).nullable(),
  /** True only when the provider says that it has verified the address. */
  emailVerified: z.boolean(),
});
export type Identity = z.output<typeof identityOutput>;

/** Who has connected their account at the provider. */
export const identity = defineCapability("identity", {
  /** Who is connected. `ctx.http` acts for the person: it adds their access token. */
  whoami: {
    input: z.strictObject({}),
    output: identityOutput,
    deadlineMs: 30_000,
    network: true,
    auth: "connection",
    retrySafety: "safe",
    example: {
      input: {},
      output: { externalId: "user-1", name: "Ada", email: "ada@example.com", emailVerified: true },
    },
  },
});
export type IdentityCapability<Config = Readonly<Record<string, unknown>>> = CapabilityOf<typeof identity, Config>;
