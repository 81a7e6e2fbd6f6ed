import type { SystemTx } from "../../platform/db/index.ts";
import { DAY_MS, HOUR_MS } from "../../platform/time/index.ts";

/** What is rolled up at once. */
export type Span = "hour" | "day";

export const spanMs = { hour: HOUR_MS, day: DAY_MS } as const;

export const hourOf = (time: number): number => time - (time % spanMs.hour);
export const dayOf = (time: number): number => time - (time % spanMs.day);

/** First halves of the two-part advisory locks; the second is the number of the hour or day since 1970. */
const lockOf = { hour: 0x75_68, day: 0x75_64 } as const;

/** Held to the end of the transaction, beside others that store; waits for a rollup of one of these hours or days. */
export async function lockShared(tx: SystemTx, hours: readonly number[], days: readonly number[]): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock_shared(class, number)
       from (select $1::int as class, unnest($2::int[]) as number union all select $3::int, unnest($4::int[])) as locks`,
    [lockOf.hour, hours.map((hour) => hour / spanMs.hour), lockOf.day, days.map((day) => day / spanMs.day)],
  );
}

/** Held to the end of the transaction, alone: waits until everybody who stores something in this time has committed. */
export async function lockAlone(tx: SystemTx, span: Span, start: number): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1::int, $2::int)", [lockOf[span], start / spanMs[span]]);
}
