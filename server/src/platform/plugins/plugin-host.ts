import type { RequestListener } from "node:http";
import type {
  AuthorizationRequest,
  CapabilityFunction,
  CapabilityInput,
  CapabilityName,
  CapabilityOutput,
  GenerationModel,
  OAuthTokens,
  RetrySafety,
} from "@musicverse/plugin-kit";
import type { KeepFile } from "./files.ts";

export type PluginStatus = "loaded" | "failed" | "disabled" | "incompatible" | "misconfigured";
export type BreakerState = "closed" | "open" | "half_open";

/** What became of one configured plugin at start. */
export interface PluginReport {
  /** The id of the manifest; the configured name when no manifest could be read. */
  id: string;
  name: string;
  version: string | null;
  status: PluginStatus;
  /** Why it is not loaded, and what to do; null when loaded. Holds no configured value. */
  error: string | null;
  capabilities: CapabilityName[];
  models: GenerationModel[];
  /** `configured` tells whether the operator gave a value or a default exists; values never leave the host. */
  config: { name: string; env: string; required: boolean; secret: boolean; configured: boolean }[];
  /** False: required settings are missing, so live accounts are refused (`UNAVAILABLE`); sandbox accounts work. */
  live: boolean;
  /** False: ships no simulator and none is configured, so sandbox accounts are refused. */
  sandbox: boolean;
  /** The provider's limit for the whole app, for the queue's limiter. */
  limits: { max: number; perSeconds: number; concurrent: number | null } | null;
  breaker: BreakerState;
  loadMs: number;
}

/** One call on behalf of one account. */
export interface PluginCall {
  account: { id: string; mode: "live" | "test" };
  /** Cancel, shutdown, lost lease. The call rejects with `signal.reason` within 250 ms. */
  signal: AbortSignal;
  /** The same for every try of one piece of work (e.g. the generation's id). */
  idempotencyKey: string;
  /** The request that caused the work; providers get it as `X-Request-Id`, the plugin's log lines carry it. */
  requestId?: string;
  /** Default: as the capability declares it. At the deadline: `NETWORK`. */
  deadlineMs?: number;
  /** For functions with `auth: "connection"`: the token of the person for whom the call is made. */
  accessToken?: string;
  /**
   * Where `ctx.http.download` streams to; without it the function cannot download. What it has kept is the caller's to use
   * or remove, also when the call fails.
   */
  keepFile?: KeepFile;
  /**
   * Asked once, when the provider calls the token expired, for another; the call is then made again with it.
   * Without it, or when the second token is refused, too: `AUTH_EXPIRED`.
   */
  refreshAccessToken?: () => Promise<string>;
  /** Fractions 0–1, only growing; at most what the plugin emits, unthrottled. */
  onProgress?: (fraction: number) => void;
}

export interface CodeExchange {
  code: string;
  codeVerifier: string;
  redirectUri: string;
}

/** For a feature that speaks to the provider through the provider's own library. */
export interface Outlet {
  /** The plugin's settings in this mode, secrets included. */
  config: Readonly<Record<string, unknown>>;
  /** Reaches the plugin's hosts and nothing else; in the sandbox, its simulator. */
  fetch: typeof fetch;
}

export interface PluginHost {
  /**
   * Every configured plugin, in the order of the configuration, with the breaker of this mode as this process sees it.
   */
  report(mode?: "live" | "test"): PluginReport[];
  /** Ids of loaded plugins that have the capability, in the order of the configuration. */
  having(capability: CapabilityName): string[];
  /** Models of a loaded plugin; [] when it is not loaded. */
  models(pluginId: string): GenerationModel[];
  /**
   * What a repeated call does. `billable`: one whose outcome is unknown must not be made again. Nothing is billable in
   * mode test: a simulator bills nothing and answers the same input with the same bytes.
   */
  retrySafety<C extends CapabilityName>(
    pluginId: string,
    capability: C,
    fn: CapabilityFunction<C>,
    mode: "live" | "test",
  ): RetrySafety;
  /** True when the plugin can be asked about an unknown or pending outcome (`resolve`). */
  can(pluginId: string, capability: CapabilityName, fn: string): boolean;
  /**
   * Calls a plugin function with input and output checked. Rejects with `PluginFailure`, always, or with
   * `call.signal.reason` when the caller aborted.
   */
  invoke<C extends CapabilityName, F extends CapabilityFunction<C>>(
    pluginId: string,
    capability: C,
    fn: F,
    call: PluginCall,
    input: CapabilityInput<C, F>,
  ): Promise<CapabilityOutput<C, F>>;
  /** Whether calls in this mode can work: loaded, and with settings (live) or a simulator (test). */
  ready(pluginId: string, mode: "live" | "test"): boolean;
  /**
   * Where to send a person's browser so that they connect their account at the provider (`auth: oauth2`).
   * Rejects with `PluginFailure` UNAVAILABLE.
   */
  authorizationUrl(pluginId: string, mode: "live" | "test", request: AuthorizationRequest): Promise<string>;
  /** The code of the callback → tokens. Rejects with `PluginFailure`; AUTH_REVOKED when the code is worth nothing. */
  exchangeCode(pluginId: string, call: PluginCall, given: CodeExchange): Promise<OAuthTokens>;
  /** Another access token for a refresh token. Rejects with `PluginFailure`; AUTH_REVOKED when people must agree anew. */
  refreshTokens(pluginId: string, call: PluginCall, refreshToken: string): Promise<OAuthTokens>;
  /** Rejects with `PluginFailure` UNAVAILABLE when the plugin is not ready in this mode. */
  outlet(pluginId: string, mode: "live" | "test"): Promise<Outlet>;
  /** Where this process is reached, so that simulators can send browsers and webhooks to it. Told once it listens. */
  reachedAt(at: { publicUrl: string; ownUrl: string }): void;
  /** What a plugin's simulator shows to people under `/sandbox/{plugin}`; null: nothing, or in another process. */
  simulatedPages(pluginId: string): Promise<RequestListener | null>;
  /** Stops simulators and closes connections. */
  close(): Promise<void>;
}
