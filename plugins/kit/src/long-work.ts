import { z } from "zod";

/**
 * The one shape of work that may take long: finished, or accepted by the provider under a name of its own. The host
 * stores `externalId` and asks again through the capability's `resolve` after `pollAfterMs` (100 ms – 1 h).
 */
export const longWork = <Done extends z.ZodType>(done: Done) => z.union([z.strictObject({ done }), pendingWork]);

export const pendingWork = z.strictObject({
  pending: z.strictObject({
    externalId: z.string().min(1).max(500),
    pollAfterMs: z.int().min(100).max(3_600_000),
  }),
});

export type LongWork<Done> = { done: Done } | z.infer<typeof pendingWork>;
