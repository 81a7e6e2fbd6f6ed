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
export type PluginAuth = ApiKeyAuth;

/** `Authorization: Bearer <key>`, with the operator's key. */
export const bearerKey = (options: { field: string; onlyTo?: string }): ApiKeyAuth => ({
  kind: "api_key",
  field: options.field,
  header: "authorization",
  prefix: "Bearer ",
  onlyTo: options.onlyTo ?? null,
});
