import type { OpenApiDocument } from "./document.ts";
import { readOperations } from "./model.ts";
import type { Operation } from "./model.ts";

/** The document with what its texts call `downloadTrackAudio` called as users of an SDK know it: `tracks.downloadAudio`. */
export function nameMethods(document: OpenApiDocument, nameOf: (operation: Operation) => string): OpenApiDocument {
  const names = new Map(readOperations(document).map((operation) => [operation.id, nameOf(operation)]));
  const rename = (text: string): string =>
    text.replaceAll(/`(\w+)`/g, (whole, id: string) => (names.has(id) ? `\`${names.get(id)}\`` : whole));
  const text = JSON.stringify(document, (key, value: unknown) => {
    if (typeof value !== "string") return value;
    if (key === "description") return rename(value);
    return key === "replacement" ? (names.get(value) ?? value) : value;
  });
  return JSON.parse(text) as OpenApiDocument;
}
