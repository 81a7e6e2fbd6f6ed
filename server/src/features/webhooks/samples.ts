import type { EventData, EventType } from "../../generated/events.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";

/** Made-up data for a test event of any type. Its ids are new, so nothing real is mistaken for it. */
export function sampleData<T extends EventType>(type: T, webhookId: string, now: Date): EventData[T] {
  return samples(webhookId, now)[type];
}

function samples(webhookId: string, now: Date): EventData {
  const at = now.toISOString();
  const entitlement = {
    object: "entitlement_change" as const,
    id: encodeId("ech", newId()),
    source: "boost" as const,
    reference: "pi_sample",
    plan: "pro" as const,
    starts_at: at,
    ends_at: new Date(now.getTime() + 30 * 86_400_000).toISOString(),
    cause: { kind: "provider_event" as const, ids: ["evt_sample"] },
    version: 1,
    created_at: at,
  };
  const trackId = encodeId("trk", newId());
  const generation: EventData["generation.completed"] = {
    object: "generation",
    id: encodeId("gen", newId()),
    kind: "music",
    status: "completed",
    progress: 1,
    prompt: "A sample: warm lo-fi piano with soft rain",
    lyrics: null,
    instrumental: true,
    duration_seconds: 30,
    model: "sample-model",
    title: "Sample song",
    lane: "interactive",
    track_id: trackId,
    error: null,
    created_at: at,
    started_at: at,
    finished_at: at,
  };
  const failing: EventData["webhook.failing"] = {
    object: "webhook",
    id: encodeId("whk", newId()),
    url: "https://sample.example.com/hooks",
    description: "A sample of an endpoint",
    event_types: null,
    ordered: false,
    ordered_on_failure: "skip",
    max_per_second: null,
    status: "enabled",
    disabled_reason: null,
    disabled_at: null,
    failing_since: at,
    missed_since: null,
    missed_count: null,
    previous_secret_ends_at: null,
    created_at: at,
    updated_at: at,
  };
  const unfinished = { ...generation, progress: 0.4, track_id: null };
  const track: EventData["track.created"] = {
    object: "track",
    id: trackId,
    title: "Sample song",
    artist: null,
    source: "generation",
    generation_id: generation.id,
    format: "wav",
    content_type: "audio/wav",
    bytes: 5_292_044,
    sha256: "0".repeat(64),
    duration_ms: 30_000,
    sample_rate: 44_100,
    channels: 2,
    loudness_lufs: -14.2,
    created_at: at,
  };
  const apiKey: EventData["api_key.rotated"] = {
    object: "api_key",
    id: encodeId("key", newId()),
    name: "Sample key",
    hint: "amv_test_...0000",
    mode: "test",
    status: "active",
    scopes: ["tracks:read"],
    ip_allowlist: null,
    expires_at: null,
    revoked_at: null,
    rotation_due_at: at,
    previous_last4: null,
    previous_expires_at: null,
    last_used_at: at,
    last_used_ip: "203.0.113.7",
    created_at: at,
  };
  const playlist: EventData["playlist.created"] = {
    object: "playlist",
    id: encodeId("pls", newId()),
    name: "Sample playlist",
    description: null,
    track_count: 0,
    duration_ms: 0,
    created_at: at,
    updated_at: at,
  };
  return {
    "api_key.exposed": {
      object: "api_key_exposure",
      api_key: { ...apiKey, status: "revoked", revoked_at: at, rotation_due_at: null },
      secret: "current",
      url: "https://example.com/a-public-place",
      reported_at: at,
    },
    "api_key.rotated": { ...apiKey, previous_last4: "1111", previous_expires_at: at },
    "api_key.rotation_due": apiKey,
    "entitlement.expired": { ...entitlement, change: "expired" },
    "entitlement.granted": { ...entitlement, change: "granted" },
    "entitlement.revoked": { ...entitlement, change: "revoked" },
    "entitlement.updated": { ...entitlement, change: "updated" },
    "generation.completed": generation,
    "generation.failed": {
      ...unfinished,
      status: "failed",
      error: { code: "provider_unavailable", message: "A sample of a failure: the provider did not answer." },
    },
    "generation.canceled": { ...unfinished, status: "canceled" },
    "playlist.created": playlist,
    "playlist.deleted": { object: "playlist", id: playlist.id, deleted: true },
    "playlist.updated": { ...playlist, track_count: 1, duration_ms: track.duration_ms },
    "track.created": track,
    "track.deleted": { object: "track", id: trackId, deleted: true },
    "track.updated": { ...track, title: "Sample song, renamed" },
    "webhook.disabled": { ...failing, status: "disabled", disabled_at: at, disabled_reason: "A sample.", missed_since: at, missed_count: 0 },
    "webhook.failing": failing,
    "app.authorized": {
      object: "connected_app",
      id: encodeId("con", newId()),
      client: { id: encodeId("app", newId()), name: "Sample app", homepage: "https://app.example.com" },
      mode: "test",
      scopes: ["tracks:read"],
      created_at: at,
      last_used_at: null,
      expires_at: new Date(now.getTime() + 365 * 86_400_000).toISOString(),
    },
    "app.authorization_revoked": {
      object: "connected_app",
      id: encodeId("con", newId()),
      client_id: encodeId("app", newId()),
      reason: "user_revoked",
      deleted: true,
    },
    "webhook.test": {
      object: "webhook_test",
      webhook_id: encodeId("whk", webhookId),
      message: "This endpoint receives events from MusicVerse.",
    },
  };
}
