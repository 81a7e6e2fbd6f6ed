import type { Statement } from "../../platform/db/index.ts";
import { assetColumns } from "./store.ts";
import type { AssetRow } from "./store.ts";
import type { RankPlace } from "./rank-cursor.ts";

export interface AssetFilter {
  platform: string | null;
  kind: AssetRow["kind"] | null;
  status: AssetRow["status"] | null;
}

type Condition = [name: string, value: unknown, test: (place: string) => string];

const filters = ({ platform, kind, status }: AssetFilter): Condition[] => [
  ["platform", platform, (place) => `platform = ${place}`],
  ["kind", kind, (place) => `kind = ${place}`],
  ["status", status, (place) => `status = ${place}`],
];

/** The conditions asked for as SQL; with "or it is null" for each, a prepared plan could use none of the indexes. */
function conditionsOf(conditions: readonly Condition[], firstPlace: number) {
  const wanted = conditions.filter(([, value]) => value !== null);
  return {
    names: wanted.map(([name]) => name),
    tests: wanted.map(([, , test], index) => ` and ${test(`$${index + firstPlace}`)}`).join(""),
    values: wanted.map(([, value]) => value),
  };
}

/** Newest first; one row more than the page holds, so that the caller sees whether there are more. */
export function selectAssets(
  accountId: string,
  page: { afterId: string | null; limit: number },
  filter: AssetFilter,
): Statement {
  const { names, tests, values } = conditionsOf(
    [...filters(filter), ["after", page.afterId, (place) => `id < ${place}`]],
    3,
  );
  return {
    name: ["assets_page", ...names].join("_"),
    text: `select ${assetColumns} from assets where account_id = $1${tests} order by id desc limit $2`,
    values: [accountId, page.limit + 1, ...values],
  };
}

export interface Search {
  /** As the caller wrote it, for `websearch_to_tsquery`; null: any words. */
  words: string | null;
  /** As `normalTags` gives them; all must be there. */
  tags: string[];
}

export interface FoundAsset {
  id: string;
  rank: number;
}

/**
 * Ids of assets that match, best first and then newest first, one more than the page holds. For `db.readSystem`: see the
 * README. Words without any letter or digit find nothing.
 */
export function searchAssets(
  accountId: string,
  page: { after: RankPlace | null; limit: number },
  search: Search,
  filter: AssetFilter,
): Statement {
  const required = [`account:${accountId}`, ...search.tags.map((tag) => `tag:${tag}`)].map(exactly).join(" & ");
  const words: [query: string, rank: string, value: unknown[]] =
    search.words === null
      ? ["$3::tsquery", "0::real", []]
      : [
          `case when numnode(${asked}) > 0 then ${asked} && $3::tsquery end`,
          `ts_rank(search, ${asked})`,
          [search.words],
        ];
  const [query, rank, value] = words;
  const { names, tests, values } = conditionsOf(filters(filter), 4 + value.length);
  const afterPlace = 4 + value.length + values.length;
  const after = page.after === null ? "" : `where (rank, id) < ($${afterPlace}::real, $${afterPlace + 1}::uuid)`;
  return {
    name: [
      "assets_search",
      search.words === null ? "tags" : "words",
      ...names,
      page.after === null ? "first" : "next",
    ].join("_"),
    text: `select id, rank from (
             select id, ${rank} as rank from assets where account_id = $1 and search @@ (${query})${tests}
           ) found ${after} order by rank desc, id desc limit $2`,
    values: [
      accountId,
      page.limit + 1,
      required,
      ...value,
      ...values,
      ...(page.after === null ? [] : [page.after.rank, page.after.id]),
    ],
  };
}

/** Never fails, whatever is written: https://www.postgresql.org/docs/current/textsearch-controls.html#TEXTSEARCH-PARSING-QUERIES */
const asked = "websearch_to_tsquery('pg_catalog.simple', app.search_form($4))";

/** A lexeme as a tsquery writes it. */
function exactly(lexeme: string): string {
  return `'${lexeme.replaceAll("\\", String.raw`\\`).replaceAll("'", "''")}'`;
}
