import * as oauth from "oauth4webapi";
import type { OAuth2Auth } from "./auth.ts";
import { PluginError } from "./errors.ts";
import { throwForStatus } from "./http-errors.ts";
import { destinationOf, httpResponse, type Egress } from "./http-rules.ts";

// The client's side of OAuth 2.0 at a plugin's provider, by the facts of its manifest: for the host and the suite.

export interface OAuthClient {
  auth: OAuth2Auth;
  config: Readonly<Record<string, unknown>>;
  egress: Egress;
  /** Sends one request to where `egress` leads; follows no redirect. */
  fetch: typeof fetch;
}

export interface AuthorizationRequest {
  redirectUri: string;
  /** Unguessable, known to this sign-in only. */
  state: string;
  /** 43–128 characters; `newCodeVerifier` makes one. */
  codeVerifier: string;
  scopes: readonly string[];
}

export interface OAuthTokens {
  accessToken: string;
  /** Seconds from now; null when the provider does not say. */
  expiresInSeconds: number | null;
  refreshToken: string | null;
  /** As granted; the provider leaves it out where it is all that was asked for. */
  scopes: readonly string[] | null;
}

export const newCodeVerifier = (): string => oauth.generateRandomCodeVerifier();

/** Where to send the person's browser. The challenge is in it, the verifier is not. */
export async function authorizationUrl(client: OAuthClient, request: AuthorizationRequest): Promise<string> {
  const { auth, config, egress } = client;
  const url = destinationOf(egress, new URL(auth.authorizeUrl)) ?? new URL(auth.authorizeUrl);
  url.searchParams.set("response_type", "code");
  url.searchParams.set("client_id", String(config[auth.clientId]));
  url.searchParams.set("redirect_uri", request.redirectUri);
  url.searchParams.set("state", request.state);
  if (request.scopes.length > 0) url.searchParams.set("scope", request.scopes.join(" "));
  if (auth.pkce) {
    url.searchParams.set("code_challenge", await oauth.calculatePKCECodeChallenge(request.codeVerifier));
    url.searchParams.set("code_challenge_method", "S256");
  }
  return url.href;
}

/**
 * The code of a callback whose state was checked → tokens. Throws PluginError: `AUTH_REVOKED` when the code is worth
 * nothing (used, expired, another's verifier or redirect URI), else as for any answer of the provider.
 */
export async function exchangeCode(
  client: OAuthClient,
  given: { code: string; codeVerifier: string; redirectUri: string; signal?: AbortSignal },
): Promise<OAuthTokens> {
  const { server, self, authentication, options } = tokenEndpoint(client, given.signal);
  const parameters = oauth.validateAuthResponse(
    server,
    self,
    new URLSearchParams({ code: given.code }),
    oauth.expectNoState,
  );
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      self,
      authentication,
      parameters,
      given.redirectUri,
      client.auth.pkce ? given.codeVerifier : oauth.nopkce,
      options,
    );
    if (response.status === 429 || response.status >= 500) await refuse(response);
    return tokensOf(await oauth.processAuthorizationCodeResponse(server, self, response));
  } catch (error) {
    throw asPluginError(error);
  }
}

/**
 * Another access token for a refresh token. The answer's `refreshToken` is the one to keep: the provider's new one, or
 * the old one when it gave none. Throws PluginError: `AUTH_REVOKED` when the person has to agree anew, else as for any answer.
 */
export async function refreshTokens(
  client: OAuthClient,
  given: { refreshToken: string; signal?: AbortSignal },
): Promise<OAuthTokens> {
  const { server, self, authentication, options } = tokenEndpoint(client, given.signal);
  const { refreshToken } = given;
  try {
    const response = await oauth.refreshTokenGrantRequest(server, self, authentication, refreshToken, options);
    if (response.status === 429 || response.status >= 500) await refuse(response);
    const tokens = tokensOf(await oauth.processRefreshTokenResponse(server, self, response));
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
  } catch (error) {
    throw asPluginError(error);
  }
}

function tokenEndpoint({ auth, config, fetch: send }: OAuthClient, signal: AbortSignal | undefined) {
  const secret = String(config[auth.clientSecret]);
  return {
    server: { issuer: new URL(auth.authorizeUrl).origin, token_endpoint: auth.tokenUrl },
    self: { client_id: String(config[auth.clientId]) },
    authentication:
      auth.clientAuthentication === "basic" ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret),
    options: { [oauth.customFetch]: send, ...(signal && { signal }) },
  };
}

/** What a server in trouble answers is not OAuth any more. */
async function refuse(response: Response): Promise<never> {
  const raw = { status: response.status, headers: Object.fromEntries(response.headers), bytes: await response.bytes() };
  throwForStatus(httpResponse(raw, new Date()), { rateLimitScope: "app", unauthorized: "AUTH_REVOKED" });
}

function tokensOf(answer: oauth.TokenEndpointResponse): OAuthTokens {
  return {
    accessToken: answer.access_token,
    expiresInSeconds: answer.expires_in ?? null,
    refreshToken: answer.refresh_token ?? null,
    scopes: answer.scope?.split(" ").filter((scope) => scope !== "") ?? null,
  };
}

function asPluginError(error: unknown): unknown {
  if (error instanceof oauth.ResponseBodyError) {
    const { status, error: code } = error;
    const message = `the token endpoint answered ${status} ${code}`;
    if (code === "invalid_grant") return new PluginError("AUTH_REVOKED", message, { upstream: { status, code } });
    return new PluginError("PERMANENT", message, { upstream: { status, code } });
  }
  if (error instanceof oauth.OperationProcessingError) {
    return new PluginError("UPSTREAM", `the token endpoint answered against OAuth 2.0: ${error.code ?? "no code"}`);
  }
  return error;
}
