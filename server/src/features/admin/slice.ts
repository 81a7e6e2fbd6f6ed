import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { adminRoutes } from "./routes.ts";

export const adminSlice = ({ db }: Services, { cursors }: Shared) =>
  ({ api: () => ({ routes: adminRoutes({ db, cursors }) }) }) satisfies Slice;
