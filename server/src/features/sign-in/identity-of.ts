import type { Identity } from "@musicverse/plugin-kit";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { badCredentialBucket } from "../limits/index.ts";
import type { SignInDeps } from "./deps.ts";
import { callOf, problemOf, spotify } from "./provider.ts";
import { aadOf, hashOf } from "./secrets.ts";
import { redeemSignIn, type SignInRow, type Subject } from "./store.ts";

export interface Halves {
  sign_in_id: string;
  secret: string;
  code: string;
}
interface Caller {
  ip: string;
  requestId: string;
  signal: AbortSignal;
}
export interface ProvenIdentity extends Pick<Identity, "name" | "email"> {
  subject: Subject;
}

/**
 * Redeems both halves of a sign-in and asks the provider who it is. Wrong ones count as bad credentials of the address.
 * Throws ProblemError: sign_in_rejected, too_many_failures, plugin_unavailable.
 */
export async function identityOf(deps: SignInDeps, halves: Halves, caller: Caller): Promise<ProvenIdentity> {
  const { db, clock, limiter } = deps;
  const bucket = badCredentialBucket(caller.ip);
  await assertAllowed(limiter.take([bucket], 0));
  const id = decodeId("sgn", halves.sign_in_id);
  const proof = {
    provider: spotify,
    secretHash: hashOf(halves.secret),
    codeHash: hashOf(halves.code),
    now: clock.now(),
  };
  const begun =
    id && (await db.asSystem("finish a sign-in: nobody is known yet", (tx) => redeemSignIn(tx, { ...proof, id })));
  if (!begun) {
    await limiter.take([bucket], 1);
    throw new ProblemError("sign_in_rejected");
  }
  try {
    return await ask(deps, begun, caller);
  } catch (error) {
    throw problemOf(error);
  }
}

async function ask(
  { plugins, keyRing }: SignInDeps,
  begun: SignInRow,
  { requestId, signal }: Caller,
): Promise<ProvenIdentity> {
  const { id, mode } = begun;
  if (begun.provider_code === null) throw new Error(`the sign-in ${id} has a code and none of the provider`);
  const call = callOf(mode, id, requestId, signal);
  const tokens = await plugins.exchangeCode(spotify, call, {
    code: keyRing.decrypt(begun.provider_code, aadOf(id, "provider_code")),
    codeVerifier: keyRing.decrypt(begun.code_verifier, aadOf(id, "code_verifier")),
    redirectUri: begun.callback_url,
  });
  const { refreshToken } = tokens;
  const { externalId, name, email } = await plugins.invoke(
    spotify,
    "identity",
    "whoami",
    {
      ...call,
      accessToken: tokens.accessToken,
      ...(refreshToken !== null && {
        refreshAccessToken: async () => (await plugins.refreshTokens(spotify, call, refreshToken)).accessToken,
      }),
    },
    {},
  );
  return { subject: { provider: spotify, mode, subject: externalId }, name, email };
}

async function assertAllowed(decided: ReturnType<SignInDeps["limiter"]["take"]>): Promise<void> {
  const { buckets, nowMs } = await decided;
  const full = buckets.filter(({ remaining }) => remaining === 0);
  if (full.length === 0) return;
  const seconds = Math.max(1, ...full.map(({ resetAtMs }) => Math.ceil((resetAtMs - nowMs) / 1000)));
  throw new ProblemError("too_many_failures", { headers: { "Retry-After": String(seconds) } });
}
