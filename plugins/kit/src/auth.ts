/** How the host signs the plugin's requests. The plugin itself never builds an Authorization header. */
export interface ApiKeyAuth {
  readonly kind: "api_key";
  /** The `secret()` config field that holds the key. */
  readonly field: string;
  /** Header name in lower case. */
  readonly header: string;
  /** Put before the key, with its space: "Bearer ". */
  readonly prefix: string;
  /** The config field of kind `url()` whose origin alone gets the key; null: every host in `hosts` does. */
  readonly onlyTo: string | null;
}

/** People connect their own account at the provider: the host gets, keeps and refreshes the tokens. (RFC 6749, 9700) */
export interface OAuth2Auth {
  readonly kind: "oauth2";
  /** https; the page where people agree. Its host and the token endpoint's must be in `hosts`. */
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** The config fields of the application's credentials: a `text()` and a `secret()`. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** How the application names itself at the token endpoint: in an Authorization header, or in the form. */
  readonly clientAuthentication: "basic" | "post";
  /** True: S256 challenges are sent. False only for providers that refuse them. */
  readonly pkce: boolean;
  /** All that may be asked for; a use of the plugin asks for those it needs. */
  readonly scopes: readonly string[];
  /** Scheme of the Authorization header: "Bearer", SoundCloud's "OAuth". */
  readonly header: string;
  /** Hosts that get the access token; never the hosts that only sign in. */
  readonly onlyTo: readonly string[];
}
export type PluginAuth = ApiKeyAuth | OAuth2Auth;

/** `Authorization: Bearer <key>`, with the operator's key. */
export const bearerKey = (options: { field: string; onlyTo?: string }): ApiKeyAuth => ({
  kind: "api_key",
  field: options.field,
  header: "authorization",
  prefix: "Bearer ",
  onlyTo: options.onlyTo ?? null,
});

type OAuth2Options = Pick<OAuth2Auth, "authorizeUrl" | "tokenUrl" | "scopes" | "onlyTo"> &
  Partial<Omit<OAuth2Auth, "kind">>;

/** Authorization code with PKCE; what is left out is as most providers have it. */
export const oauth2 = (options: OAuth2Options): OAuth2Auth => ({
  kind: "oauth2",
  clientId: "clientId",
  clientSecret: "clientSecret",
  clientAuthentication: "basic",
  pkce: true,
  header: "Bearer",
  ...options,
});
