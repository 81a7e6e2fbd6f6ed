import type { components } from "../../generated/openapi.types.ts";
import type { Database } from "../../platform/db/index.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { readTracks } from "../tracks/index.ts";
import { selectGeneration, type GenerationRow } from "./store.ts";
import { promptOf } from "./wishes.ts";

type Body = components["schemas"]["CreateGenerationRequest"];

/** The longest prompt that every provider of pictures takes. */
export const ARTWORK_PROMPT_MAX = 1500;

/** What a provider of pictures is asked for; a track is described by its title, its artist and the prompt it was made of. */
export async function artworkWish(
  db: Database,
  accountId: string,
  { prompt, title, source_track_id: trackId }: Pick<Body, "prompt" | "title" | "source_track_id">,
): Promise<{ prompt: string; title: string | undefined }> {
  if (trackId === undefined) return { prompt: prompt ?? "", title };
  const id = decodeId("trk", trackId) ?? "";
  const track = (await readTracks(db, accountId, [id])).get(id);
  if (!track)
    throw invalidField("/body/source_track_id", "not_found", "There is no track with this id in this account.");
  const song = `Cover art for the song "${track.title}"${track.artist === null ? "" : ` by ${track.artist}`}.`;
  const about = prompt ?? (await promptOfTrack(db, accountId, track.generation_id));
  const wish = about === null ? song : `${about}\n${song}`;
  return { prompt: [...wish].length <= ARTWORK_PROMPT_MAX ? wish : (prompt ?? song), title: title ?? track.title };
}

async function promptOfTrack(db: Database, accountId: string, generationId: string | null): Promise<string | null> {
  const id = generationId === null ? null : decodeId("gen", generationId);
  const [row] = id === null ? [] : await db.readTenant<GenerationRow>(accountId, selectGeneration(accountId, id));
  return row ? promptOf(row) : null;
}
