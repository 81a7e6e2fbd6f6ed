import type { components } from "../../generated/openapi.types.ts";
import type { LinkRow } from "./store.ts";

export function presentLink({ name, linked_at: linkedAt }: LinkRow): components["schemas"]["SpotifyLink"] {
  return { object: "spotify_link", name, linked_at: linkedAt.toISOString() };
}
