import type { components } from "../../generated/openapi.types.ts";
import type { Notify } from "../notifications/index.ts";

type Notice = Parameters<Notify>[2];
type ApiKey = components["schemas"]["ApiKey"];
type Exposure = components["schemas"]["ApiKeyExposure"];

/** Mail about a secret that is 90 days old. */
export function rotationNotice(key: ApiKey): Notice {
  return {
    subject: `Rotate your API key “${key.name}”`,
    paragraphs: [
      `The secret of the API key “${key.name}” (${key.hint}) is older than 90 days. The longer a secret is in use, the more places it has been in.`,
      "Rotate the key: it keeps its name and scopes, and the old secret goes on working for as long as you choose, up to 7 days.",
      `POST /v1/api-keys/${key.id}/rotate`,
    ],
  };
}

/** Mail about a key that somebody saw in public; the address of the place is the reporter's word. */
export function exposureNotice({ api_key: key, secret, url }: Exposure): Notice {
  const where =
    url === null
      ? "The report does not say where."
      : `Where it was seen, as the report says (we have not looked there): ${url}`;
  const done =
    secret === "current"
      ? "We have revoked the key: nothing can be done with it any more. Create a new one for the programs that used it."
      : "It was the key's old secret, which still worked after you rotated it. We have ended it; the key goes on with its new secret.";
  return {
    subject: `Your API key “${key.name}” was seen in public`,
    paragraphs: [
      `Somebody reported that the API key “${key.name}” (${key.hint}) can be read in a public place.`,
      where,
      done,
      "Whoever had it may have made other things with it that go on working: API keys, webhooks, OAuth apps. Look them over, and the account's events and usage, for anything that is not yours.",
    ],
  };
}
