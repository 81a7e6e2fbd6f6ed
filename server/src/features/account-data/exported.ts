import type { IdPrefix } from "../../platform/ids/index.ts";

/** What a slice puts into the archive of an account that asks for its data. Every table of tenants is in `tables` or `leftOut`. */
export interface Exported {
  tables: readonly ExportedTable[];
  files?: readonly ExportedFiles[];
  /** Tables that an export leaves out, each with the reason. */
  leftOut?: Readonly<Record<string, string>>;
}

/** What of one tenant table goes into an export. Columns are named one by one, so that a new one never leaks a secret. */
export interface ExportedTable {
  table: string;
  /** One line for the README of the archive. */
  about: string;
  columns: readonly string[];
  /** Columns whose UUID is shown as the API shows it. */
  ids: Readonly<Record<string, IdPrefix>>;
  /** Columns of whole numbers that may go beyond 2^53: written digit by digit. */
  exact?: readonly string[];
  /** What follows `account_id` in the primary key; default `["id"]`. */
  key?: readonly string[];
}

/** Files that rows of a table own. */
export interface ExportedFiles {
  table: "assets" | "tracks";
  folder: string;
  about: string;
  prefix: IdPrefix;
  /** Tells the format; null: the row has no file. */
  column: string;
  endingOf(format: string): string;
}
