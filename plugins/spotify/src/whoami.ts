import { describeIssues, PluginError, type Identity } from "@musicverse/plugin-kit";
import { z } from "zod";
import { throwForAnswer } from "./failures.ts";
import type { Context } from "./settings.ts";

export const meUrl = "https://api.spotify.com/v1/me";

/** `account_id` never changes and is for linking accounts (since May 2026); `id` did before. The address is deprecated. */
const me = z.object({
  account_id: z.string().min(1).max(255).nullish(),
  id: z.string().min(1).max(255),
  display_name: z.string().max(1000).nullish(),
  email: z.string().nullish(),
});

/** `GET /v1/me`. Spotify says of the address that it is unverified, so it never is. */
export async function whoami(ctx: Context): Promise<Identity> {
  const response = await ctx.http.request({ method: "GET", url: meUrl, maxBytes: 262_144 });
  if (response.status !== 200) throwForAnswer(response);
  const parsed = me.safeParse(response.json());
  if (!parsed.success) throw new PluginError("UPSTREAM", describeIssues(parsed.error).join("; "));
  const { account_id: accountId, id, display_name: name, email } = parsed.data;
  return {
    externalId: accountId ?? id,
    name: name?.trim().slice(0, 200) || null,
    email: z.email().max(254).safeParse(email).data ?? null,
    emailVerified: false,
  };
}
