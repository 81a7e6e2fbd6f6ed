import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";

export interface AdminDeps {
  db: Database;
  cursors: Cursors;
}
