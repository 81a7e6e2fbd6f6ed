import { selectPair, type PairedAccount } from "../accounts/index.ts";
import { Readable } from "node:stream";
import type { Database } from "../../platform/db/index.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { BlobNotFoundError, type BlobStorage } from "../../platform/storage/index.ts";
import type { Entry } from "./archive.ts";
import type { Exported, ExportedFiles, ExportedTable } from "./exported.ts";
import { type ExportedRow, type PagedTable, selectBlobKey, selectExportPage } from "./export-store.ts";

declare global {
  interface JSON {
    /** Stands for exactly this text in what `stringify` makes. In V8 for long; the types do not know it yet. */
    rawJSON(text: string): unknown;
  }
}

export interface ExportSource {
  db: Database;
  storage: BlobStorage;
  /** What each slice gives. */
  exports: readonly Exported[];
}

const PAGE = 500;
const folders = { live: "live", test: "sandbox" };

/** Everything of a pair of accounts, file by file; `accountId` is either of the two. */
export async function* exportEntries(source: ExportSource, accountId: string, at: Date): AsyncGenerator<Entry> {
  const tables = source.exports.flatMap((slice) => slice.tables);
  const fileSets = source.exports.flatMap(({ files }) => files ?? []);
  const pair = await source.db.readSystem<PairedAccount>("export: both accounts of a pair", selectPair(accountId));
  yield { path: "README.txt", content: Readable.from([readme(pair, at, { tables, fileSets })]) };
  for (const account of pair) {
    const folder = folders[account.mode];
    const shown = { ...account, id: encodeId("acc", account.id) };
    yield { path: `${folder}/account.json`, content: Readable.from([`${JSON.stringify(shown, null, 2)}\n`]) };
    for (const table of tables) {
      yield {
        path: `${folder}/${table.table}.json`,
        content: Readable.from(jsonArray(presented(source.db, table, account.id))),
      };
    }
    for (const files of fileSets) yield* filesOf(source, files, account.id, folder);
  }
}

async function* filesOf(
  { db, storage }: Pick<ExportSource, "db" | "storage">,
  files: ExportedFiles,
  accountId: string,
  folder: string,
): AsyncGenerator<Entry> {
  for await (const row of rows(db, { table: files.table, columns: ["id", files.column] }, accountId)) {
    const { id, [files.column]: format } = row as { id: string } & Record<string, string | null>;
    if (typeof format !== "string") continue;
    const content = await openFile({ db, storage }, files, accountId, id);
    // Deleted since its row was read: then it is not the account's any more.
    if (content)
      yield {
        path: `${folder}/${files.folder}/${encodeId(files.prefix, id)}.${files.endingOf(format)}`,
        content,
        compress: false,
      };
  }
}

async function openFile(
  { db, storage }: Pick<ExportSource, "db" | "storage">,
  { table }: ExportedFiles,
  accountId: string,
  id: string,
): Promise<Readable | null> {
  const [file] = await db.readTenant<{ blob_key: string | null }>(accountId, selectBlobKey(table, accountId, id));
  if (!file?.blob_key) return null;
  return storage.get(file.blob_key).catch((error: unknown) => {
    if (error instanceof BlobNotFoundError) return null;
    throw error;
  });
}

async function* presented(db: Database, table: ExportedTable, accountId: string): AsyncGenerator<ExportedRow> {
  for await (const row of rows(db, table, accountId)) {
    const shown = table.columns.map((column) => {
      const [value, prefix] = [row[column], table.ids[column]];
      if (prefix !== undefined && typeof value === "string") return [column, encodeId(prefix, value)];
      if (table.exact?.includes(column)) return [column, JSON.rawJSON(String(value))];
      return [column, Buffer.isBuffer(value) ? value.toString("base64") : value];
    });
    yield Object.fromEntries(shown) as ExportedRow;
  }
}

/** Page by page, each a read of its own: an export that is fetched slowly holds no transaction open. */
async function* rows(db: Database, table: PagedTable, accountId: string): AsyncGenerator<ExportedRow> {
  const { key = ["id"] } = table;
  let after: unknown[] | null = null;
  for (;;) {
    const page: ExportedRow[] = await db.readTenant<ExportedRow>(
      accountId,
      selectExportPage(table, accountId, after, PAGE),
    );
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = key.map((column) => last[column]);
  }
}

async function* jsonArray(values: AsyncIterable<ExportedRow>): AsyncGenerator<string> {
  let separator = "[\n";
  for await (const value of values) {
    yield separator + JSON.stringify(value);
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}

function readme(
  pair: readonly PairedAccount[],
  at: Date,
  { tables, fileSets }: { tables: readonly ExportedTable[]; fileSets: readonly ExportedFiles[] },
): string {
  const files = tables.map(({ table, about }) => `  ${`${table}.json`.padEnd(26)}${about}`);
  return [
    `Everything that the MusicVerse account “${pair[0]?.name ?? ""}” and its sandbox had at ${at.toISOString()}.`,
    "",
    "The folders live/ and sandbox/ have the same files, each a JSON array (UTF-8) in the order of creation:",
    "",
    `  ${"account.json".padEnd(26)}the account itself`,
    ...files,
    ...fileSets.map(({ folder, about }) => `  ${`${folder}/`.padEnd(26)}${about}`),
    "",
    "Times are in UTC. Binary values (response_body) are in base64. Passwords, keys and secrets are not in here: of most",
    "we know only a hash, and of the others a copy would be one more to lose.",
    "",
  ].join("\n");
}
