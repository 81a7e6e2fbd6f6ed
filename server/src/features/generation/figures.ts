import type { Statement } from "../../platform/db/index.ts";
import { idAt } from "../../platform/ids/index.ts";
import { modeOf } from "../accounts/index.ts";
import { costOf } from "../costs/index.ts";
import { durationOfTrackOf } from "../tracks/index.ts";

/** Of generations that were asked for within a time: what became of them. */
export interface GenerationFigures {
  started: number;
  completed: number;
  failed: number;
  canceled: number;
  /** Length of all audio made. */
  audio_seconds: number;
  /** What the calls for them cost, in micro-dollars, as far as it is known; null: of none. */
  cost: number | null;
}

const asked = { account: "g.account_id", generation: "g.id" };

/** One row of figures, of one account or, across accounts, of one mode or all. */
export const selectGenerationFigures = (wanted: {
  since: Date;
  until: Date;
  accountId: string | null;
  mode: "live" | "test" | null;
}): Statement => ({
  name: "generation_figures",
  text: `select count(*) as started, count(*) filter (where g.status = 'completed') as completed, count(*) filter (where g.status = 'failed') as failed,
                count(*) filter (where g.status = 'canceled') as canceled,
                coalesce(round(sum(${durationOfTrackOf(asked)}) / 1000.0), 0)::float8 as audio_seconds,
                sum(${costOf(asked)})::bigint as cost
           from generations g
          where g.id >= $1 and g.id < $2 and ($3::uuid is null or g.account_id = $3)
            and ($4::text is null or ${modeOf("g.account_id")} = $4)`,
  values: [idAt(wanted.since), idAt(wanted.until), wanted.accountId, wanted.mode],
});
