import type { Readable } from "node:stream";
import type { TenantTx } from "../../platform/db/index.ts";
import { discardAudio, storeAudio } from "./audio-keeper.ts";
import type { AudioKeeperDeps, StoredAudio } from "./audio-keeper.ts";
import { createTrack } from "./create-track.ts";
import type { CreateTrackDeps } from "./create-track.ts";

/** How a finished generation becomes a track: store outside the transaction, create inside, discard when it fails. */
export interface GeneratedTracks {
  /** Throws `AudioError` when the provider's bytes are no whole audio; nothing stays then. */
  store(accountId: string, audio: Readable | Uint8Array): Promise<StoredAudio>;
  /** Inserts the track and its `track.created`. A generation has one track at most: a second one violates a key. */
  create(
    tx: TenantTx,
    track: { generationId: string; title: string; stored: StoredAudio; requestId: string },
  ): Promise<{ id: string }>;
  /** Harmless when the track was created after all. Audio that is never discarded goes by itself after a day. */
  discard(stored: StoredAudio): Promise<void>;
}

export function createGeneratedTracks(deps: AudioKeeperDeps & CreateTrackDeps): GeneratedTracks {
  return {
    store: (accountId, audio) => storeAudio(deps, accountId, audio),
    create: (tx, { generationId, title, stored, requestId }) =>
      createTrack(deps, tx, stored, { title, artist: null, generationId, requestId }),
    discard: (stored) => discardAudio(deps, stored),
  };
}
