import { createHmac, timingSafeEqual } from "node:crypto";
import { ProblemError } from "./problem.ts";

/** Where a page starts: after the row with this id (ids are UUIDv7, so id order is creation order). */
export interface PageRequest {
  afterId: string | null;
  limit: number;
}

export interface ListBody<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}

export interface Cursors {
  /** Reads `cursor` and `limit`; `scope` binds a cursor to one list and its filters, so that it is refused elsewhere. */
  read(query: { cursor?: string | undefined; limit?: number | undefined }, scope: string): PageRequest;
  /** Body of a page: `rows` holds up to `limit + 1` rows, newest first; the extra one only says that there are more. */
  page<Row extends { id: string }, T>(
    rows: Row[],
    request: PageRequest,
    scope: string,
    present: (row: Row) => T,
  ): ListBody<T>;
}

const LIMIT_DEFAULT = 20;
const MAC_BYTES = 12;

/**
 * Opaque signed cursors: base64url(uuid bytes ‖ truncated HMAC over scope and uuid). The first key signs, all are
 * accepted, so that a key rotation breaks nobody's walk.
 */
export function createCursors(keys: readonly { key: Buffer }[]): Cursors {
  const [signing] = keys;
  if (!signing) throw new Error("cursors need a key");
  const macWith = (key: Buffer, id: Buffer, scope: string) =>
    createHmac("sha256", key).update("cursor\0").update(scope).update("\0").update(id).digest().subarray(0, MAC_BYTES);

  const open = (cursor: string, scope: string): string => {
    const bytes = Buffer.from(cursor, "base64url");
    const id = bytes.subarray(0, 16);
    const given = bytes.subarray(16);
    const genuine =
      id.length === 16 &&
      given.length === MAC_BYTES &&
      keys.some(({ key }) => timingSafeEqual(given, macWith(key, id, scope)));
    if (!genuine) {
      throw new ProblemError("invalid_cursor", {
        errors: [
          {
            path: "/query/cursor",
            code: "invalid_cursor",
            message: "Send next_cursor of the page before, with the same filters.",
          },
        ],
      });
    }
    const hex = id.toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
  const seal = (uuid: string, scope: string): string => {
    const id = Buffer.from(uuid.replaceAll("-", ""), "hex");
    return Buffer.concat([id, macWith(signing.key, id, scope)]).toString("base64url");
  };

  return {
    read: ({ cursor, limit = LIMIT_DEFAULT }, scope) => ({
      afterId: cursor === undefined ? null : open(cursor, scope),
      limit,
    }),
    page: (rows, { limit }, scope, present) => {
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > limit;
      return {
        object: "list",
        data: shown.map(present),
        has_more: more,
        next_cursor: more && last ? seal(last.id, scope) : null,
      };
    },
  };
}
