import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { ProblemError } from "./problem.ts";

/** Strong entity tag of a JSON answer (RFC 9110 §8.8.3): the same for the same content, from whichever process. */
export function entityTag(body: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify(body)).digest("base64url");
  return `"${hash.slice(0, 22)}"`;
}

/**
 * Refuses a change to anything but what the caller has seen (`If-Match`, RFC 9110 §13.1.1). `current` is the object as it
 * would be answered now, read under the lock of the change.
 */
export function requireMatch(headers: IncomingHttpHeaders, current: unknown): void {
  const wanted = headers["if-match"];
  if (wanted === undefined || wanted.trim() === "*") return;
  const tag = entityTag(current);
  if (listedTags(wanted).includes(tag)) return;
  throw new ProblemError("precondition_failed", {
    detail: "The object has changed since you read it. Read it again and send your change with its new ETag.",
    headers: { ETag: tag },
  });
}

/** True when the caller has this already (`If-None-Match`, RFC 9110 §13.1.2: compared weakly). */
export function isKnown(headers: IncomingHttpHeaders, tag: string): boolean {
  const known = headers["if-none-match"];
  if (known === undefined) return false;
  return known.trim() === "*" || listedTags(known).some((each) => each.replace(/^W\//, "") === tag);
}

function listedTags(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}
