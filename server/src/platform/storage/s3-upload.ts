import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { CompletedPart, S3Client } from "@aws-sdk/client-s3";

/** S3 takes at most 10,000 parts, of at least 5 MB each but the last. At most two parts of an upload are in memory. */
const PART_BYTES = 8 * 1024 * 1024;

export interface S3Object {
  Bucket: string;
  Key: string;
}

/**
 * Writes a value of unknown length. It appears only when all of it has arrived: a small one as one object, a larger one as
 * parts that are joined at the end. What fails leaves nothing; what is killed leaves parts that nobody can read.
 */
export async function uploadObject(
  client: S3Client,
  object: S3Object,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  const parts = inParts(source);
  try {
    const first = await parts.next();
    const begun = first.done ? Buffer.alloc(0) : first.value;
    if (begun.length < PART_BYTES) await client.send(new PutObjectCommand({ ...object, Body: begun }));
    else await uploadParts(client, object, begun, parts);
  } finally {
    // The source is let go also when the store refuses it half-way.
    await parts.return();
  }
}

async function uploadParts(
  client: S3Client,
  object: S3Object,
  first: Buffer,
  rest: AsyncIterable<Buffer>,
): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  if (UploadId === undefined) throw new Error("the object store began an upload without an id");
  const upload = { ...object, UploadId };
  try {
    const completed: CompletedPart[] = [];
    const add = async (part: Buffer): Promise<void> => {
      const PartNumber = completed.length + 1;
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body: part }));
      completed.push({ PartNumber, ETag });
    };
    await add(first);
    for await (const part of rest) await add(part);
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: completed } }));
  } catch (error) {
    // When this fails too, the sweep removes the parts a day later.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}

/** The same bytes in parts of one size, the last one shorter; nothing for no bytes. */
async function* inParts(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    waiting.push(chunk);
    bytes += chunk.length;
    while (bytes >= PART_BYTES) {
      const all = Buffer.concat(waiting, bytes);
      yield all.subarray(0, PART_BYTES);
      waiting = [all.subarray(PART_BYTES)];
      bytes -= PART_BYTES;
    }
  }
  if (bytes > 0) yield Buffer.concat(waiting, bytes);
}
