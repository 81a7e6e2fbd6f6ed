import type { EventType } from "../../generated/events.ts";
import type { Statement, TenantTx } from "../../platform/db/index.ts";

/** What subscribers get, as it is parsed from the stored bytes. */
export interface EventPayload {
  id: string;
  type: EventType;
  timestamp: string;
  data: unknown;
}

export interface EventRow {
  id: string;
  payload: EventPayload;
}

export interface NewEvent {
  id: string;
  type: EventType;
  /** The JSON text that is sent, byte for byte. */
  payload: string;
  requestId: string | null;
  /** Set for a test of this endpoint. */
  webhookId: string | null;
  createdAt: Date;
}

/** SQL of what a statement knows of the event that it inserts. */
export interface EventInSql {
  accountId: string;
  id: string;
  type: string;
  createdAt: string;
}

/** Makes the deliveries of a new event in the statement that inserts it: two statements cost the database a quarter more. */
export interface FanOut {
  /** Further members of the statement's `with`, by their names, and what it selects. */
  alongWith(event: EventInSql): { members: Readonly<Record<string, string>>; select: string };
  /** Gets what it selected. */
  made(tx: TenantTx, rows: { webhook_id: string }[]): void;
}

const inserting =
  "insert into events (account_id, id, type, created_at, payload, request_id, webhook_id) values ($1, $2, $3, $4, $5, $6, $7)";

const values = (accountId: string, event: NewEvent) => [
  accountId,
  event.id,
  event.type,
  event.createdAt,
  event.payload,
  event.requestId,
  event.webhookId,
];

export async function insertEvent(tx: TenantTx, event: NewEvent): Promise<void> {
  await tx.query(inserting, values(tx.accountId, event));
}

const inserted: EventInSql = { accountId: "$1", id: "$2::uuid", type: "$3", createdAt: "$4" };
const statements = new WeakMap<FanOut["alongWith"], string>();

/** With what else the one statement does. */
export const insertEventAnd = <T extends object>(
  tx: TenantTx,
  event: NewEvent,
  alongWith: FanOut["alongWith"],
): Promise<T[]> => {
  const text = statements.get(alongWith) ?? together(alongWith(inserted));
  statements.set(alongWith, text);
  return tx.query<T>(text, values(tx.accountId, event));
};

const together = ({ members, select }: ReturnType<FanOut["alongWith"]>): string =>
  `with ${Object.entries({ event: inserting, ...members })
    .map(([name, sql]) => `${name} as (${sql})`)
    .join(", ")} ${select}`;

export const selectEvent = (accountId: string, id: string): Statement => ({
  name: "event_by_id",
  text: "select id, payload from events where account_id = $1 and id = $2",
  values: [accountId, id],
});

export const selectEvents = (
  accountId: string,
  page: { afterId: string | null; limit: number; type: EventType | null },
): Statement => ({
  name: "events_page",
  text: `select id, payload from events
          where account_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or type = $3)
          order by id desc limit $4`,
  values: [accountId, page.afterId, page.type, page.limit + 1],
});
