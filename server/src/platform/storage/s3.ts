import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
} from "@aws-sdk/client-s3";
import type { ListMultipartUploadsCommandOutput, MultipartUpload, S3Client } from "@aws-sdk/client-s3";
import type { Clock } from "../clock/index.ts";
import { BlobNotFoundError, BlobTooLargeError, clampRange, keySegments } from "./blob-storage.ts";
import type { BlobStorage, ByteRange } from "./blob-storage.ts";
import { createS3Client, defaultTimeouts } from "./s3-client.ts";
import type { S3ClientOptions } from "./s3-client.ts";
import { isMissing, isOutside, storageError } from "./s3-errors.ts";
import { uploadObject } from "./s3-upload.ts";
import { guardStalls } from "./stalls.ts";
import { DAY_MS } from "../time/index.ts";

export interface S3Options extends S3ClientOptions {
  bucket: string;
  /** First part of every key, as it is: `staging/`. */
  prefix: string;
  clock: Clock;
  /** An upload begun this long ago belongs to a process that is gone. Default: a day. */
  staleAfterMs?: number;
}

/** Opens a bucket of an S3-compatible store. Throws when it cannot be reached or used. */
export async function openS3(options: S3Options): Promise<BlobStorage> {
  const { bucket, prefix, clock, endpoint, staleAfterMs = DAY_MS } = options;
  const client = createS3Client(options);
  const { stallMs } = { ...defaultTimeouts, ...options.timeouts };
  const place = `the bucket "${bucket}" at ${new URL(endpoint).origin}`;
  const objectOf = (key: string) => ({ Bucket: bucket, Key: prefix + keySegments(key).join("/") });
  const explained = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw storageError(error, place);
    });
  const ping = async (): Promise<void> => {
    await explained(client.send(new HeadBucketCommand({ Bucket: bucket })));
  };

  const storage: BlobStorage = {
    async put(key, source, { maxBytes = Number.POSITIVE_INFINITY, visibleAfter } = {}) {
      const object = objectOf(key);
      // A small value is visible with its first request.
      await visibleAfter;
      const hash = createHash("sha256");
      let bytes = 0;
      async function* measured(): AsyncGenerator<Uint8Array> {
        for await (const chunk of source instanceof Uint8Array ? [source] : (source as AsyncIterable<Uint8Array>)) {
          bytes += chunk.length;
          if (bytes > maxBytes) throw new BlobTooLargeError(maxBytes);
          hash.update(chunk);
          yield chunk;
        }
      }
      await explained(uploadObject(client, object, measured()));
      return { bytes, sha256: hash.digest("hex") };
    },

    async get(key, range) {
      const object = objectOf(key);
      // What no value of any length can serve is not asked for.
      const wanted = range && clampRange(range, Number.MAX_SAFE_INTEGER);
      try {
        const { Body } = await client.send(
          new GetObjectCommand({ ...object, ...(wanted && { Range: `bytes=${wanted.start}-${wanted.end}` }) }),
        );
        if (!(Body instanceof Readable)) throw new Error("the object store answered without a body");
        return guardStalls(Body, stallMs);
      } catch (error) {
        if (isMissing(error)) throw new BlobNotFoundError(key);
        if (wanted && isOutside(error)) throw outside(wanted);
        throw storageError(error, place);
      }
    },

    readPart: async (key, range) => Buffer.concat(await (await storage.get(key, range)).toArray()),

    async stat(key) {
      const object = objectOf(key);
      try {
        const { ContentLength } = await client.send(new HeadObjectCommand(object));
        return { bytes: ContentLength ?? 0 };
      } catch (error) {
        if (isMissing(error)) return null;
        throw storageError(error, place);
      }
    },

    async delete(key) {
      await explained(client.send(new DeleteObjectCommand(objectOf(key))));
    },

    async removeUnfinished() {
      const before = clock.now().getTime() - staleAfterMs;
      for await (const { Key, UploadId, Initiated } of uploadsOf(client, bucket, prefix)) {
        if (Initiated && Initiated.getTime() >= before) continue;
        // Somebody else may be tidying the same bucket.
        await client
          .send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
          .catch((error: unknown) => {
            if (!isMissing(error)) throw storageError(error, place);
          });
      }
    },

    ping,
    close: async () => client.destroy(),
  };

  try {
    await ping();
  } catch (error) {
    await storage.close();
    throw error;
  }
  return storage;
}

async function* uploadsOf(client: S3Client, bucket: string, prefix: string): AsyncGenerator<MultipartUpload> {
  let from: Pick<ListMultipartUploadsCommandOutput, "NextKeyMarker" | "NextUploadIdMarker"> | null = {};
  while (from) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({
        Bucket: bucket,
        Prefix: prefix,
        KeyMarker: from.NextKeyMarker,
        UploadIdMarker: from.NextUploadIdMarker,
      }),
    );
    yield* page.Uploads ?? [];
    from = page.IsTruncated ? page : null;
  }
}

function outside({ start, end }: ByteRange): RangeError {
  return new RangeError(`Bytes ${start} to ${end} are not inside the value.`);
}
