import type { Database } from "../../platform/db/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { selectWebhook, type WebhookRow } from "./store.ts";

export const noSuchWebhook = () =>
  new ProblemError("not_found", { detail: "There is no webhook with this id in this account." });

export const noSuchDelivery = () =>
  new ProblemError("not_found", { detail: "There is no delivery with this id for this webhook." });

export const noSuchReplay = () =>
  new ProblemError("not_found", { detail: "There is no replay with this id for this webhook." });

/** The UUID in a path; a malformed id is as missing as an unknown one. */
export function webhookIdOf(text: string): string {
  const id = decodeId("whk", text);
  if (id === null) throw noSuchWebhook();
  return id;
}

export function deliveryIdOf(text: string): string {
  const id = decodeId("dlv", text);
  if (id === null) throw noSuchDelivery();
  return id;
}

export function replayIdOf(text: string): string {
  const id = decodeId("rpl", text);
  if (id === null) throw noSuchReplay();
  return id;
}

export async function findWebhook(db: Database, accountId: string, publicId: string): Promise<WebhookRow> {
  const [row] = await db.readTenant<WebhookRow>(accountId, selectWebhook(accountId, webhookIdOf(publicId)));
  if (row === undefined) throw noSuchWebhook();
  return row;
}
