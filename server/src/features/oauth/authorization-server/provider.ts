import { errors, interactionPolicy, Provider, type Configuration, type KoaContextWithOIDC } from "oidc-provider";
import type { NamedKey } from "../../../platform/config/index.ts";
import { decodeId, encodeId } from "../../../platform/ids/index.ts";
import { findSignedUp } from "../../accounts/index.ts";
import { selectConnectedApp, selectLatestGrant } from "../grant-store.ts";
import { signInMark } from "../sign-in-mark.ts";
import { newAccessToken, newRefreshToken } from "../token-format.ts";
import { createAdapter, type AdapterDeps } from "./adapter.ts";
import { audience } from "./audience.ts";
import { compareClientSecret } from "./clients.ts";
import { cookieKeys, signingKeys } from "./keys.ts";
import { lifetimes } from "./lifetimes.ts";
import { paths } from "./paths.ts";
import { inTransaction } from "./request-scope.ts";

export interface ProviderDeps extends AdapterDeps {
  masterKeys: readonly NamedKey[];
  /** Origin of the server, which is also the issuer. */
  publicUrl: string;
  renderError: NonNullable<Configuration["renderError"]>;
}

/**
 * The library, told what is allowed here: authorization code with PKCE for everybody, opaque tokens, rotation at every
 * refresh. Everything else it can do is off. (RFC 9700)
 */
export function createProvider(deps: ProviderDeps): Provider {
  const { db, masterKeys, publicUrl, renderError } = deps;
  const secure = publicUrl.startsWith("https:");
  const cookieName = (name: string, prefix: "__Host-" | "__Secure-") => `${secure ? prefix : ""}musicverse_${name}`;
  const cookie = { httpOnly: true, sameSite: "lax" as const, secure, signed: true, overwrite: true };

  const provider = new Provider(publicUrl, {
    adapter: createAdapter(deps),
    routes: paths,
    interactions: { url: (_ctx, interaction) => `/oauth/interaction/${interaction.uid}`, policy: policy() },
    renderError,

    scopes: [],
    claims: {},
    responseTypes: ["code"],
    clientAuthMethods: ["none", "client_secret_basic", "client_secret_post"],
    extraClientMetadata: { properties: ["app_scopes"] },
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    // What people allow holds until they end it, not until they close the browser.
    expiresWithSession: () => false,
    ttl: lifetimes,
    features: {
      claimsParameter: { enabled: false },
      clientCredentials: { enabled: false },
      deviceFlow: { enabled: false },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: false },
      requestObjects: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) => {
          if (resource !== audience) throw new errors.InvalidTarget(`the only resource here is ${audience}`);
          const allowed = client["app_scopes"] as string;
          checkScopes(ctx, allowed);
          return { scope: allowed, audience, accessTokenFormat: "opaque", accessTokenTTL: lifetimes.AccessToken };
        },
      },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    // Browsers of public clients may fetch tokens from the origins that they are redirected to.
    clientBasedCORS: (_ctx, origin, client) =>
      client.tokenEndpointAuthMethod === "none" &&
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin && origin !== "null"),

    findAccount: async (ctx, sub) => {
      const userId = decodeId("usr", sub);
      const person = userId === null ? null : await inTransaction(db, (tx) => findSignedUp(tx, userId));
      // Only browsers have sessions; tokens live on when somebody changes a password.
      const { session } = ctx.oidc.entities.Session ? ctx.oidc : { session: undefined };
      if (!person || (session && !session.amr?.includes(signInMark(person)))) return undefined;
      return { accountId: sub, claims: () => ({ sub }) };
    },
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId ?? (await rememberedGrant(ctx, deps));
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
    },
    extraTokenClaims: async (_ctx, token) => {
      const app =
        "grantId" in token && token.grantId !== undefined
          ? await inTransaction(db, (tx) => selectConnectedApp(tx, token.grantId ?? ""))
          : null;
      return app ? { account_id: encodeId("acc", app.account_id), mode: app.mode } : undefined;
    },

    cookies: {
      keys: cookieKeys(masterKeys),
      names: {
        session: cookieName("session", "__Host-"),
        interaction: cookieName("interaction", "__Secure-"),
        resume: cookieName("resume", "__Secure-"),
      },
      long: { ...cookie, path: "/" },
      short: cookie,
    },
    jwks: signingKeys(masterKeys),
    enabledJWA: { idTokenSigningAlgValues: ["EdDSA"] },
    clientDefaults: { id_token_signed_response_alg: "EdDSA" },
  });
  provider.proxy = true;
  Object.assign(provider.AccessToken.prototype, { generateTokenId: opaque(newAccessToken) });
  Object.assign(provider.RefreshToken.prototype, { generateTokenId: opaque(newRefreshToken) });
  Object.assign(provider.Client.prototype, { compareClientSecret });
  return provider;
}

/** Besides the library's own reasons to ask: a session whose person is gone, or has another password since. */
function policy(): interactionPolicy.DefaultPolicy {
  const prompts = interactionPolicy.base();
  prompts
    .get("login")
    ?.checks.add(
      new interactionPolicy.Check("sign_in_ended", "the sign-in has ended", "login_required", ({ oidc }) =>
        oidc.session?.accountId !== undefined && !oidc.account && !oidc.result?.login
          ? interactionPolicy.Check.REQUEST_PROMPT
          : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    );
  return prompts;
}

/** The library leaves out what it does not know; an app should rather hear that it asked for too much, or for nothing. */
function checkScopes(ctx: KoaContextWithOIDC, allowed: string): void {
  if (!["authorization", "pushed_authorization_request"].includes(ctx.oidc.route)) return;
  const known = new Set(allowed.split(" "));
  const asked = [...ctx.oidc.requestParamScopes];
  const missing = asked.filter((scope) => !known.has(scope));
  if (asked.length === 0) throw new errors.InvalidScope("ask for at least one scope", "");
  if (missing.length > 0) throw new errors.InvalidScope("this client may not ask for that scope", missing.join(" "));
}

/** What this person allowed this app last, in whichever browser. */
async function rememberedGrant(ctx: KoaContextWithOIDC, { db }: Pick<ProviderDeps, "db">): Promise<string | undefined> {
  const userId = decodeId("usr", ctx.oidc.account?.accountId ?? "");
  const clientId = decodeId("app", ctx.oidc.client?.clientId ?? "");
  if (userId === null || clientId === null) return undefined;
  return (await inTransaction(db, (tx) => selectLatestGrant(tx, userId, clientId)))?.id;
}

/** As the library's own method does it: a token's text is made when its format is decided. */
function opaque(newText: () => string) {
  return function generateTokenId(this: { format?: string }): string {
    this.format = "opaque";
    return newText();
  };
}
