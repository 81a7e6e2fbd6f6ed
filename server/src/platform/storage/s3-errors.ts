import { S3ServiceException } from "@aws-sdk/client-s3";
import { BlobTooLargeError } from "./blob-storage.ts";

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** The value, or the upload, is not there. A bucket that is not there is something else. */
export function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name !== "NoSuchBucket" && statusOf(error) === 404;
}

/** The range begins behind the last byte. */
export function isOutside(error: unknown): boolean {
  return statusOf(error) === 416;
}

/** A refusal of the store, or no answer, in the words of somebody who runs the server; any other error is handed on. */
export function storageError(error: unknown, place: string): unknown {
  if (error instanceof S3ServiceException) {
    const hint = hints[error.name] ?? hints[String(statusOf(error))] ?? "";
    // The answer to a HEAD has no body that could name what is wrong.
    const name = error.name.startsWith("Unknown") ? "" : ` (${error.name})`;
    return new Error(`Object storage: ${place} answered ${statusOf(error) ?? "nothing"}${name}.${hint}`, {
      cause: error,
    });
  }
  if (error instanceof Error && !(error instanceof BlobTooLargeError) && "$metadata" in error) {
    const code = "code" in error ? String(error.code) : error.name;
    return new Error(`Object storage: ${place} could not be reached (${code}). Check STORAGE_S3_ENDPOINT.`, {
      cause: error,
    });
  }
  return error;
}

const hints: Record<string, string> = {
  NoSuchBucket: " Create the bucket or check STORAGE_S3_BUCKET and STORAGE_S3_PATH_STYLE.",
  NotFound: " Create the bucket or check STORAGE_S3_BUCKET and STORAGE_S3_PATH_STYLE.",
  InvalidAccessKeyId: " Check STORAGE_S3_ACCESS_KEY_ID.",
  SignatureDoesNotMatch: " Check STORAGE_S3_SECRET_ACCESS_KEY and STORAGE_S3_REGION.",
  301: " The bucket lies elsewhere: check STORAGE_S3_REGION and STORAGE_S3_ENDPOINT.",
  403: " The access key needs to read, write, list and delete in this bucket: check STORAGE_S3_ACCESS_KEY_ID and STORAGE_S3_SECRET_ACCESS_KEY.",
};
