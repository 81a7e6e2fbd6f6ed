import { checkUrl, type EgressPolicy } from "../../platform/egress/index.ts";
import { invalidField } from "../../platform/http/problem.ts";

/** The normal form of a URL that may receive events; otherwise a 400 that says what is wrong with it. */
export function endpointUrl(text: string, policy: EgressPolicy): string {
  const check = checkUrl(text, policy);
  if (!check.ok) throw invalidField("/body/url", check.code, check.message);
  return check.url.href;
}
