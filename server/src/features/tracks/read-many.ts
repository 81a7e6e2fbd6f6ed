import type { components } from "../../generated/openapi.types.ts";
import type { Database, TenantTx } from "../../platform/db/index.ts";
import { presentTrack } from "./present.ts";
import { selectTracksById, trackColumns } from "./store.ts";
import type { TrackRow } from "./store.ts";

type Track = components["schemas"]["Track"];

/** Tracks by their UUID; those that do not exist are not in the map. */
export async function readTracks(db: Database, accountId: string, ids: readonly string[]): Promise<Map<string, Track>> {
  return byId(await db.readTenant<TrackRow>(accountId, selectTracksById(accountId, ids)));
}

/** The same inside a transaction. */
export async function readTracksIn(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Track>> {
  const { text, values } = selectTracksById(tx.accountId, ids);
  return byId(await tx.query<TrackRow>(text, values));
}

/** The same, and none of them is deleted until the transaction ends. Locked in one order, so that nobody waits in a circle. */
export async function holdTracks(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Track>> {
  return byId(
    await tx.query<TrackRow>(
      `select ${trackColumns} from tracks where account_id = $1 and id = any($2) order by id for key share`,
      [tx.accountId, ids],
    ),
  );
}

function byId(rows: TrackRow[]): Map<string, Track> {
  return new Map(rows.map((row) => [row.id, presentTrack(row)]));
}
