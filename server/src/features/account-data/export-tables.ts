import type { IdPrefix } from "../../platform/ids/index.ts";
import { imageEnding } from "../library/index.ts";

/** What of one tenant table goes into an export. Columns are named one by one, so that a new one never leaks a secret. */
export interface ExportedTable {
  table: string;
  /** One line for the README of the archive. */
  about: string;
  columns: readonly string[];
  /** Columns whose UUID is shown as the API shows it. */
  ids: Readonly<Record<string, IdPrefix>>;
  /** What follows `account_id` in the primary key; default `["id"]`. */
  key?: readonly string[];
}

/** Files that rows of a table own. */
export interface ExportedFiles {
  table: "assets" | "tracks";
  folder: string;
  about: string;
  prefix: IdPrefix;
  /** Tells the format; null: the row has no file. */
  column: string;
  endingOf(format: string): string;
}

export const exportedFiles: readonly ExportedFiles[] = [
  { table: "tracks", folder: "audio", about: "one file for each track, named after its id", prefix: "trk", column: "format", endingOf: (format) => format },
  { table: "assets", folder: "images", about: "one file for each picture of the library, named after its id", prefix: "ast", column: "content_type", endingOf: imageEnding },
];

export const exportedTables: readonly ExportedTable[] = [
  {
    table: "users", about: "who signs in",
    columns: ["id", "email", "email_verified_at", "created_at"], ids: { id: "usr" },
  },
  {
    table: "identities", about: "what you sign in with besides a password",
    columns: ["id", "provider", "mode", "subject", "name", "linked_at"], ids: {},
  },
  {
    table: "sessions", about: "where somebody signed in",
    columns: ["id", "created_at", "last_used_at", "expires_at", "revoked_at", "ip", "user_agent"], ids: { id: "ses" },
  },
  {
    table: "api_keys", about: "API keys, without their secrets",
    columns: ["id", "name", "last4", "scopes", "ip_allowlist", "created_at", "last_used_at", "last_used_ip", "expires_at", "revoked_at"], ids: { id: "key" },
  },
  {
    table: "drafts", about: "content for short videos that was asked for",
    columns: ["id", "title", "brief", "platform", "tone", "language", "created_at", "updated_at"], ids: { id: "dft" },
  },
  {
    table: "draft_variants", about: "what was written for drafts, by position; with superseded_at, others took its place",
    columns: [
      "id", "draft_id", "generation_id", "position", "hook", "script", "caption", "hashtags",
      "edited_fields", "selected", "superseded_at", "created_at", "updated_at",
    ],
    ids: { id: "var", draft_id: "dft", generation_id: "gen" },
  },
  {
    table: "generations", about: "what was asked of providers",
    columns: [
      "id", "kind", "status", "lane", "plugin_id", "model", "title", "draft_id",
      "input", "error_code", "error_message", "request_id", "created_at", "started_at", "finished_at",
    ],
    ids: { id: "gen", draft_id: "dft" },
  },
  {
    table: "quota_entries", about: "what generations used of the plan",
    columns: ["generation_id", "draft_id", "regeneration", "admitted_at", "outcome", "settled_at"],
    ids: { generation_id: "gen", draft_id: "dft" }, key: ["generation_id"],
  },
  {
    table: "tracks", about: "tracks; their audio is in audio/",
    columns: [
      "id", "title", "artist", "source", "generation_id", "format", "content_type",
      "bytes", "sha256", "duration_ms", "sample_rate", "channels", "loudness_lufs", "created_at",
    ],
    ids: { id: "trk", generation_id: "gen" },
  },
  {
    table: "assets", about: "the library; its pictures are in images/",
    columns: [
      "id", "kind", "status", "title", "platform", "hook", "script", "caption", "hashtags", "tags", "metadata",
      "draft_id", "variant_id", "generation_id", "content_type", "bytes", "sha256", "width", "height", "created_at", "updated_at",
    ],
    ids: { id: "ast", draft_id: "dft", variant_id: "var", generation_id: "gen" },
  },
  {
    table: "playlists", about: "playlists",
    columns: ["id", "name", "description", "track_count", "duration_ms", "created_at", "updated_at"], ids: { id: "pls" },
  },
  {
    table: "playlist_items", about: "tracks of playlists, in the order of rank",
    columns: ["id", "playlist_id", "track_id", "rank", "added_at"], ids: { id: "pli", playlist_id: "pls", track_id: "trk" },
  },
  {
    table: "webhooks", about: "webhook endpoints, without their secrets; deleted ones too, without their URLs",
    columns: [
      "id", "url", "description", "event_types", "status", "disabled_reason",
      "ordered", "ordered_on_failure", "max_per_second", "created_at", "updated_at", "deleted_at",
    ],
    ids: { id: "whk" },
  },
  {
    table: "webhook_deliveries", about: "events on their way to endpoints, of the last 30 days",
    columns: [
      "id", "webhook_id", "event_id", "event_type", "sequence",
      "status", "attempts_count", "last_status_code", "last_error", "created_at", "finished_at",
    ],
    ids: { id: "dlv", webhook_id: "whk", event_id: "evt" },
  },
  {
    table: "webhook_attempts", about: "what was sent and answered",
    columns: ["delivery_id", "number", "started_at", "duration_ms", "status_code", "error", "request_headers", "response_headers", "response_body"],
    ids: { delivery_id: "dlv" }, key: ["delivery_id", "number"],
  },
  {
    table: "events", about: "everything that happened, of the last 30 days",
    columns: ["id", "type", "payload", "request_id", "created_at"], ids: { id: "evt" },
  },
  {
    table: "webhook_stats", about: "how endpoints did, over time",
    columns: ["webhook_id", "at", "attempts", "succeeded", "given_up"], ids: { webhook_id: "whk" }, key: ["webhook_id", "at"],
  },
  {
    table: "webhook_replays", about: "events that were to be sent again",
    columns: ["id", "webhook_id", "since", "until", "event_types", "wanted", "status", "replayed_count", "created_at", "finished_at"],
    ids: { id: "rpl", webhook_id: "whk" },
  },
  {
    table: "oauth_clients", about: "apps that you registered, without their secrets",
    columns: ["id", "name", "type", "homepage", "logo_uri", "redirect_uris", "scopes", "created_at", "updated_at"], ids: { id: "app" },
  },
  {
    table: "oauth_grants", about: "apps of others that you connected",
    columns: ["id", "client_id", "scopes", "created_at", "consented_at", "last_used_at", "expires_at"], ids: { id: "con", client_id: "app" },
  },
  {
    table: "billing_customers", about: "who you are at Stripe",
    columns: ["mode", "customer_id", "created_at"], ids: {}, key: ["customer_id"],
  },
  {
    table: "rate_limit_overrides", about: "rate limits agreed with you, in place of the plan's",
    columns: ["id", "api_key_id", "quota_max", "quota_seconds", "burst_max", "burst_seconds", "expires_at", "created_at"], ids: { api_key_id: "key" },
  },
  {
    table: "entitlements", about: "plans and boosts that you hold",
    columns: ["id", "source", "ref", "plan", "starts_at", "ends_at", "version"], ids: {},
  },
  {
    table: "billing_subscriptions", about: "what you subscribe to, as the payment provider last said",
    columns: ["ref", "plan", "status", "current_period_start", "current_period_end", "cancels_at", "ended_at", "synced_at"], ids: {}, key: ["ref"],
  },
  {
    table: "entitlement_changes", about: "when you got or lost a plan or boost, and why",
    columns: ["id", "change", "source", "ref", "plan", "starts_at", "ends_at", "version", "cause", "cause_ids", "created_at"], ids: { id: "ech" },
  },
  {
    table: "usage_requests", about: "requests of the last 30 days, those of one kind and minute together",
    columns: [
      "minute", "id", "credential", "key_id", "session_id", "operation", "method",
      "status", "problem", "agent", "requests", "bytes_in", "bytes_out", "request_ids",
    ],
    ids: { key_id: "key", session_id: "ses" }, key: ["minute", "id"],
  },
  {
    table: "usage_rollups", about: "requests by hour and day",
    columns: ["starts_at", "span", "n", "credential", "key_id", "operation", "method", "status", "problem", "requests", "bytes_in", "bytes_out"],
    ids: { key_id: "key" }, key: ["starts_at", "span", "n"],
  },
  {
    table: "cost_entries", about: "calls of providers that were made for you: what they used, and their cost in micro-dollars where it is known",
    columns: [
      "id", "generation_id", "plugin_id", "model", "kind", "outcome", "input_tokens", "output_tokens", "seconds", "images",
      "cost_micros", "plan", "occurred_at",
    ],
    ids: { generation_id: "gen" },
  },
  {
    table: "cost_anomalies", about: "days that cost far more than usual", columns: ["day", "cost_micros", "usual_micros", "noticed_at"], ids: {}, key: ["day"],
  },
  {
    table: "mails", about: "mails that were sent to you, of the last 30 days, without their text: links in it sign people in",
    columns: ["id", "state", "created_at", "finished_at"], ids: {},
  },
];

/** Tables of tenants that an export leaves out, each with the reason. Every other one must be listed above. */
export const notExported: Readonly<Record<string, string>> = {
  blob_deletions: "files that are being removed: what they belonged to is gone already",
  cost_days: "sums by day of what stands in cost_entries",
  cost_days_due: "days of cost_entries that are not summed up yet",
  idempotency_records: "answers of the last day, which stand in the other files; encrypted, because some show secrets",
  quota_accounts: "one number that tells whether counters are up to date",
  oauth_tokens: "hashes of what connected apps hold; the apps are in oauth_grants.json",
  webhook_numberings: "counters of what was numbered: the last number of each endpoint, which its deliveries show",
  user_tokens: "links that were not opened yet: hashes only",
};
