import { newCodeVerifier } from "@musicverse/plugin-kit";
import { created, type Handler } from "../../platform/http/operation.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import { callbackPath } from "./callback-page.ts";
import type { SignInDeps } from "./deps.ts";
import { modeOf, problemOf, spotify } from "./provider.ts";
import { allowedRedirectUri } from "./redirect-uri.ts";
import { aadOf, hashOf, newSecret } from "./secrets.ts";
import { insertSignIn } from "./store.ts";
import { MINUTE_MS } from "../../platform/time/index.ts";

/** People need a minute; a code that lies around longer is somebody else's chance. */
const LIFETIME_MS = 10 * MINUTE_MS;

export const startSpotifySignIn =
  (deps: SignInDeps): Handler<"startSpotifySignIn"> =>
  async ({ body }) => {
    const { db, clock, keyRing, plugins, config, publicUrl } = deps;
    const redirectUri = allowedRedirectUri(body.redirect_uri, config.signInRedirectUris);
    const mode = modeOf(deps);
    const [id, secret, state, codeVerifier] = [newId(), newSecret(), newSecret(), newCodeVerifier()];
    const callbackUrl = publicUrl() + callbackPath;
    // Of all that the plugin may ask for, signing in needs the address only.
    const request = { redirectUri: callbackUrl, state, codeVerifier, scopes: ["user-read-email"] };
    const authorizationUrl = await plugins.authorizationUrl(spotify, mode, request).catch((error: unknown) => {
      throw problemOf(error);
    });
    const createdAt = clock.now();
    const expiresAt = new Date(createdAt.getTime() + LIFETIME_MS);
    await db.asSystem("begin a sign-in: nobody is known yet", (tx) =>
      insertSignIn(tx, {
        id,
        provider: spotify,
        mode,
        secret_hash: hashOf(secret),
        state_hash: hashOf(state),
        code_verifier: keyRing.encrypt(codeVerifier, aadOf(id, "code_verifier")),
        callback_url: callbackUrl,
        redirect_uri: redirectUri,
        created_at: createdAt,
        expires_at: expiresAt,
      }),
    );
    return created({
      object: "spotify_sign_in" as const,
      id: encodeId("sgn", id),
      secret,
      authorization_url: authorizationUrl,
      expires_at: expiresAt.toISOString(),
    });
  };
