import type { Statement, SystemTx } from "../../platform/db/index.ts";
import type { Use } from "../../platform/last-used/index.ts";

/** Who signs in: a user, and the account acted on, which may be the sandbox of the user's own. */
export interface Person {
  accountId: string;
  userId: string;
}

/** Users and sessions belong to the live account of a pair; `$1` is either of the two. */
export const liveAccount = "(select case mode when 'live' then id else twin_id end from accounts where id = $1)";

export interface ListedSessionRow {
  id: string;
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
  ip: string | null;
  user_agent: string | null;
}

/** One row more than the page holds, so that the caller sees whether there are more. */
export const selectSessions = (
  person: Person,
  page: { afterId: string | null; limit: number; at: Date },
): Statement => ({
  name: "sessions_page",
  text: `select id, created_at, last_used_at, expires_at, ip, user_agent from sessions
          where account_id = ${liveAccount} and user_id = $2 and revoked_at is null and expires_at > $3
            and ($4::uuid is null or id < $4) order by id desc limit $5`,
  values: [person.accountId, person.userId, page.at, page.afterId, page.limit + 1],
});

/** Ends one session of a person; the hash of its token, or null when there is none. */
export async function endSessionOf(tx: SystemTx, person: Person, id: string, at: Date): Promise<Buffer | null> {
  const [row] = await tx.query<{ token_hash: Buffer }>(
    `update sessions set revoked_at = $4
      where account_id = ${liveAccount} and user_id = $2 and id = $3 and revoked_at is null and expires_at > $4 returning token_hash`,
    [person.accountId, person.userId, id, at],
  );
  return row?.token_hash ?? null;
}

/** Ends all sessions of a person but `except`; the hashes of their tokens. */
export async function endSessionsOf(
  tx: SystemTx,
  person: Person,
  end: { except: string | null; at: Date },
): Promise<Buffer[]> {
  const rows = await tx.query<{ token_hash: Buffer }>(
    `update sessions set revoked_at = $4
      where account_id = ${liveAccount} and user_id = $2 and revoked_at is null and ($3::uuid is null or id <> $3) returning token_hash`,
    [person.accountId, person.userId, end.except, end.at],
  );
  return rows.map(({ token_hash: hash }) => hash);
}

export async function writeSessionUses(tx: SystemTx, uses: readonly Use[]): Promise<void> {
  await tx.query(
    `update sessions s set last_used_at = greatest(s.last_used_at, used.at)
       from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as used (account_id, id, at)
      where s.account_id = used.account_id and s.id = used.id`,
    [uses.map(({ accountId }) => accountId), uses.map(({ id }) => id), uses.map(({ at }) => at)],
  );
}

/** Sessions that nobody can use since before `moment`. */
export async function deleteEndedSessions(tx: SystemTx, moment: Date): Promise<void> {
  await tx.query("delete from sessions where expires_at < $1 or revoked_at < $1", [moment]);
}
