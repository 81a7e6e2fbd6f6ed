import type { MusicInput, MusicOutput } from "@musicverse/plugin-kit";
import { AudioError, type GeneratedTracks } from "../tracks/index.ts";
import { UnusableOutput, type Product } from "./product.ts";
import type { ClaimedRow } from "./store.ts";
import { titleOf, type Wishes } from "./wishes.ts";

export function musicRequest(input: Wishes["music"], model: string): MusicInput {
  return {
    kind: "music",
    prompt: input.prompt,
    lyrics: input.lyrics,
    instrumental: input.instrumental,
    durationSeconds: input.duration_seconds,
    model,
  };
}

/** A song becomes a track. */
export async function musicProduct(
  tracks: GeneratedTracks,
  row: ClaimedRow & { kind: "music" },
  { audio }: MusicOutput,
): Promise<Product> {
  const stored = await tracks.store(row.account_id, audio).catch((error: unknown) => {
    if (!(error instanceof AudioError)) throw error;
    throw new UnusableOutput(error.message, { cause: error });
  });
  return {
    used: { seconds: stored.facts.durationMs / 1000 },
    create: async (tx) => {
      const track = await tracks.create(tx, {
        generationId: row.id,
        title: titleOf(row),
        stored,
        requestId: row.request_id,
      });
      return { track_id: track.id };
    },
    discard: () => tracks.discard(stored),
  };
}
