import { createHash, randomBytes } from "node:crypto";
import type { Express, Request, Response } from "express";
import { consentPage } from "./consent-page.ts";

export interface OAuthProviderOptions {
  authorizePath: string;
  tokenPath: string;
  clientId: string;
  clientSecret: string;
  /** Seconds that an access token lives. Default 3600. */
  lifetimeSeconds?: number;
  /** Whether a refresh replaces the refresh token. Default false. */
  rotates?: boolean;
  /** Refuses redirect URIs as the provider does: answers what is wrong, or null. Default: https, or http on loopback. */
  checkRedirectUri?: (uri: URL) => string | null;
  name: string;
}

/** The person whose access token a request carries. */
export interface SimulatedGrant {
  /** What the person signed in with at the simulator: an e-mail address. */
  login: string;
  scopes: readonly string[];
}

interface Pending extends SimulatedGrant {
  redirectUri: string;
  challenge: string | null;
  expiresAt: number;
}

const codeLifetimeMs = 600_000;

/**
 * OAuth 2.0 in memory: the page where a person agrees (a form: `login`, `decision` allow or deny, posted to the page's
 * own address), codes that work once and only with their verifier and redirect URI, tokens that run out, refresh. Answers
 * the grant of a request's access token.
 */
export function oauthProvider(
  app: Express,
  options: OAuthProviderOptions,
): (request: Request) => SimulatedGrant | null {
  const codes = new Map<string, Pending>();
  const access = new Map<string, SimulatedGrant & { expiresAt: number }>();
  const refresh = new Map<string, SimulatedGrant>();

  app.get(options.authorizePath, (request, response) => {
    const wish = wishOf(request, options);
    if (typeof wish === "string") return void response.status(400).type("text").send(wish);
    response.type("html").send(consentPage(options.name, wish.scopes));
  });

  app.post(options.authorizePath, (request, response) => {
    const wish = wishOf(request, options);
    if (typeof wish === "string") return void response.status(400).type("text").send(wish);
    const { decision, login } = (request.body ?? {}) as { decision?: unknown; login?: unknown };
    const back = new URL(wish.redirectUri);
    if (wish.state !== null) back.searchParams.set("state", wish.state);
    if (decision !== "allow" || typeof login !== "string" || login === "")
      back.searchParams.set("error", "access_denied");
    else {
      const code = random();
      const { redirectUri, challenge, scopes } = wish;
      codes.set(code, { redirectUri, challenge, scopes, login, expiresAt: Date.now() + codeLifetimeMs });
      back.searchParams.set("code", code);
    }
    response.redirect(303, back.href);
  });

  app.post(options.tokenPath, (request, response) => {
    const form = (request.body ?? {}) as Record<string, string | undefined>;
    if (!isClient(request, form, options)) return refuse(response, 401, "invalid_client", "Invalid client");
    if (form["grant_type"] === "authorization_code") return exchange(form, response);
    if (form["grant_type"] === "refresh_token") return renew(form, response);
    refuse(response, 400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token");
  });

  function exchange(form: Record<string, string | undefined>, response: Response): void {
    const pending = codes.get(form["code"] ?? "");
    codes.delete(form["code"] ?? "");
    const fits = pending && pending.expiresAt > Date.now() && pending.redirectUri === form["redirect_uri"];
    if (!fits) return refuse(response, 400, "invalid_grant", "Invalid authorization code");
    if (pending.challenge !== null && pending.challenge !== challengeOf(form["code_verifier"] ?? "")) {
      return refuse(response, 400, "invalid_grant", "code_verifier was incorrect");
    }
    issue(response, pending, random());
  }

  function renew(form: Record<string, string | undefined>, response: Response): void {
    const token = form["refresh_token"] ?? "";
    const grant = refresh.get(token);
    if (!grant) return refuse(response, 400, "invalid_grant", "Invalid refresh token");
    if (options.rotates) refresh.delete(token);
    issue(response, grant, options.rotates ? random() : null);
  }

  function issue(response: Response, { login, scopes }: SimulatedGrant, refreshToken: string | null): void {
    const token = random();
    const seconds = options.lifetimeSeconds ?? 3600;
    access.set(token, { login, scopes, expiresAt: Date.now() + seconds * 1000 });
    if (refreshToken !== null) refresh.set(refreshToken, { login, scopes });
    response.json({
      access_token: token,
      token_type: "Bearer",
      scope: scopes.join(" "),
      expires_in: seconds,
      ...(refreshToken !== null && { refresh_token: refreshToken }),
    });
  }

  return (request) => {
    const [, token = ""] = /^\w+ (\S+)$/.exec(request.get("authorization") ?? "") ?? [];
    const grant = access.get(token);
    return grant && grant.expiresAt > Date.now() ? { login: grant.login, scopes: grant.scopes } : null;
  };
}

/** What the address of the page asks for, or what is wrong with it: the person must not be sent anywhere then. */
function wishOf(request: Request, options: OAuthProviderOptions) {
  const { query } = request;
  const get = (name: string): string | null => (typeof query[name] === "string" ? query[name] : null);
  if (get("client_id") !== options.clientId) return "INVALID_CLIENT: Invalid client";
  if (get("response_type") !== "code") return "response_type must be code";
  const redirectUri = get("redirect_uri") ?? "";
  const uri = URL.parse(redirectUri);
  const fault = uri ? (options.checkRedirectUri ?? plainRedirectUri)(uri) : "redirect_uri is no address";
  if (fault !== null) return `INVALID_CLIENT: ${fault}`;
  const challenge = get("code_challenge");
  if (challenge !== null && get("code_challenge_method") !== "S256") return "code_challenge_method must be S256";
  const scopes = (get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  return { redirectUri, challenge, scopes, state: get("state") };
}

function plainRedirectUri(uri: URL): string | null {
  const loopback = uri.hostname === "127.0.0.1" || uri.hostname === "[::1]";
  return uri.protocol === "https:" || (uri.protocol === "http:" && loopback) ? null : "Insecure redirect URI";
}

function isClient(request: Request, form: Record<string, string | undefined>, options: OAuthProviderOptions): boolean {
  const [, encoded = ""] = /^Basic (\S+)$/.exec(request.get("authorization") ?? "") ?? [];
  const [id, secret] = encoded
    ? Buffer.from(encoded, "base64").toString().split(":").map(decodeURIComponent)
    : [form["client_id"], form["client_secret"]];
  return id === options.clientId && secret === options.clientSecret;
}

function refuse(response: Response, status: number, error: string, description: string): void {
  response.status(status).json({ error, error_description: description });
}

const random = (): string => randomBytes(32).toString("base64url");
const challengeOf = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");
