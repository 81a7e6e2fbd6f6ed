import type { Interaction, Provider } from "oidc-provider";
import type { Scope } from "../../../generated/scopes.ts";
import type { Database } from "../../../platform/db/index.ts";
import { ProblemError } from "../../../platform/http/problem.ts";
import { decodeId } from "../../../platform/ids/index.ts";
import type { PageRequest } from "../../../platform/pages/index.ts";
import { isPlainHost } from "../client-urls.ts";
import { type AnyClientRow, selectAnyClient } from "../client-store.ts";

/** What an app asks of the person before the browser. */
export interface PendingRequest {
  interaction: Interaction;
  client: AnyClientRow;
  /** What the app asks for and may have. */
  scopes: Scope[];
  redirectUri: URL;
}

/**
 * The request that this browser's cookie names.
 * @throws ProblemError not_found, when it has expired or belongs to another browser
 */
export async function pendingRequest(
  { provider, db }: { provider: Provider; db: Database },
  { path, raw }: PageRequest,
): Promise<PendingRequest> {
  const interaction = await provider.interactionDetails(raw.request, raw.response).catch((error: unknown) => {
    if (error instanceof Error && error.name === "SessionNotFound") throw expired();
    throw error;
  });
  if (interaction.uid !== path["uid"]) throw expired();
  const clientId = decodeId("app", textOf(interaction, "client_id"));
  const client =
    clientId === null
      ? null
      : await db.asSystem("consent: the app belongs to another account", (tx) => selectAnyClient(tx, clientId));
  const redirectUri = URL.parse(textOf(interaction, "redirect_uri"));
  if (!client || !redirectUri) throw expired();
  const asked = new Set(textOf(interaction, "scope").split(" "));
  return { interaction, client, scopes: client.scopes.filter((scope) => asked.has(scope)), redirectUri };
}

/**
 * Where a browser lets the answer of a form go on to: the app's origin, or the scheme that opens it. A host that could not
 * be registered today is left out, and the browser goes nowhere.
 */
export function formActionFor(redirectUri: URL): string[] {
  if (redirectUri.protocol !== "http:" && redirectUri.protocol !== "https:") return [redirectUri.protocol];
  return isPlainHost(redirectUri.hostname) ? [redirectUri.origin] : [];
}

function textOf({ params }: Interaction, name: string): string {
  const value = params[name];
  return typeof value === "string" ? value : "";
}

function expired(): ProblemError {
  return new ProblemError("not_found", {
    detail:
      "This request is over: it was answered already, is older than an hour, or was begun in another browser. Go back to the app and connect once more.",
  });
}
