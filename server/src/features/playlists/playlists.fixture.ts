import { expect } from "vitest";
import type { TestAccount } from "../../../test-kit/app.ts";
import { wavOf } from "../../../test-kit/audio.ts";

/** What the helpers are about: it changes from test to test. */
interface Stage {
  account: TestAccount;
  tracks: string[];
  playlistId: string;
}

export function playlistHelpers(stage: () => Stage) {
  const playlists = () => stage().account.test.playlists;
  const track = (number: number): string => stage().tracks[number % stage().tracks.length] ?? "";
  /** Every item by walking the pages. */
  const walk = (limit = 100) => Array.fromAsync(playlists().listTracks(stage().playlistId, { limit }));
  return {
    upload: (seconds: number) =>
      stage().account.test.tracks.upload({ file: wavOf({ seconds }), title: `${seconds * 1000} ms` }),
    track,
    walk,
    order: async () => (await walk()).map(({ id }) => id),
    add: async (count: number, position?: number) => {
      const { items } = await playlists().addTracks(stage().playlistId, {
        track_ids: Array.from({ length: count }, (_, index) => track(index)),
        position,
      });
      return items.map(({ id }) => id);
    },
    /** The rows are what the answers say: no item lost, counted or placed wrongly. */
    async expectWhole(): Promise<void> {
      const items = await walk();
      const playlist = await playlists().get(stage().playlistId);
      expect(items.map(({ position }) => position)).toEqual(items.map((_, index) => index));
      expect(playlist.track_count).toBe(items.length);
      expect(playlist.duration_ms).toBe(items.reduce((sum, item) => sum + item.track.duration_ms, 0));
    },
  };
}
