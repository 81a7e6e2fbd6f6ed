/** A generation in a statement of another slice: SQL of its account's id and of its own. */
interface InSql {
  account: string;
  generation: string;
}

const of = (what: string, { account, generation }: InSql): string =>
  `(select tracks.${what} from tracks where tracks.account_id = ${account} and tracks.generation_id = ${generation})`;

/** SQL of the id of the track that a generation made; a generation makes at most one. */
export const trackOf = (generation: InSql): string => of("id", generation);
export const durationOfTrackOf = (generation: InSql): string => of("duration_ms", generation);
