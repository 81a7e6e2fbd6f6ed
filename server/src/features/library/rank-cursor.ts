/** Where a page of a search ends. */
export interface RankPlace {
  /** As `ts_rank` gives it: a positive number of single precision. */
  rank: number;
  id: string;
}

/**
 * Cursors of lists hold a UUID; here it is made of a rank (4 bytes) and the first 12 bytes of an asset's id, which no other
 * asset of the account has: so the walk goes on when that asset was deleted.
 */
export function rankCursor({ rank, id }: RankPlace): string {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(rank);
  return uuidOf(bytes.toString("hex") + id.replaceAll("-", "").slice(0, 24));
}

/** The place that all before are greater than and all after are less than. */
export function readRankCursor(cursor: string): RankPlace {
  const hex = cursor.replaceAll("-", "");
  return { rank: Buffer.from(hex.slice(0, 8), "hex").readFloatBE(), id: uuidOf(`${hex.slice(8)}00000000`) };
}

function uuidOf(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
