import type { Statement } from "../../platform/db/index.ts";
import { trackColumns } from "./store.ts";
import type { TrackRow } from "./store.ts";

export interface TrackFilter {
  source: TrackRow["source"] | null;
  format: TrackRow["format"] | null;
  /** As `searchWords` gives them; each must be in the title or the artist. */
  words: string[];
  since: Date | null;
  until: Date | null;
}

const WORDS_MAX = 20;

/** The words of a search in the one form that `tracks.search_text` has. */
export function searchWords(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean).slice(0, WORDS_MAX);
}

/**
 * Newest first; one row more than the page holds, so that the caller sees whether there are more. Only the conditions
 * asked for are in the statement: with "or it is null" for each, a prepared plan could use none of the indexes.
 */
export function selectTracks(
  accountId: string,
  page: { afterId: string | null; limit: number } & TrackFilter,
): Statement {
  const patterns = page.words.map((word) => `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`);
  const conditions: [name: string, value: unknown, test: (place: string) => string][] = [
    ["source", page.source, (place) => `source = ${place}`],
    ["format", page.format, (place) => `format = ${place}`],
    ["search", patterns.length > 0 ? patterns : null, (place) => `search_text like all(${place}::text[])`],
    ["since", page.since, (place) => `created_at >= ${place}`],
    ["until", page.until, (place) => `created_at < ${place}`],
    ["after", page.afterId, (place) => `id < ${place}`],
  ];
  const wanted = conditions.filter(([, value]) => value !== null);
  const tests = wanted.map(([, , test], index) => ` and ${test(`$${index + 3}`)}`);
  return {
    name: ["tracks_page", ...wanted.map(([name]) => name)].join("_"),
    text: `select ${trackColumns} from tracks where account_id = $1${tests.join("")} order by id desc limit $2`,
    values: [accountId, page.limit + 1, ...wanted.map(([, value]) => value)],
  };
}
