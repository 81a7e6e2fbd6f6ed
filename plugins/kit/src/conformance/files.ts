import { createHash } from "node:crypto";
import type { SentBody } from "../context.ts";
import { openSource, type BlobSource, type StoredFile } from "../files.ts";

const sha256Of = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

export const sentBody = (bytes: Uint8Array): SentBody => ({ bytes: bytes.length, sha256: sha256Of(bytes) });

/** A file as an input carries it, for tests. */
export const fileOf = (content: string | Uint8Array<ArrayBuffer>, type = "application/octet-stream"): StoredFile =>
  Object.assign(new Blob([content], { type }), { sha256: sha256Of(content) });

/** A body as it would go out. */
export async function bytesOf(body: string | Uint8Array | BlobSource | null): Promise<Buffer<ArrayBuffer> | null> {
  if (body === null) return null;
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body);
  const bytes = Buffer.concat(await Array.fromAsync(openSource(body)));
  if (bytes.length === body.size) return bytes;
  throw new TypeError(`the body has ${bytes.length} bytes and says that it has ${body.size}`);
}
