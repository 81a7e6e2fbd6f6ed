import { S3Client } from "@aws-sdk/client-s3";

export interface S3ClientOptions {
  /** Nothing is ever sent anywhere else. */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  pathStyle: boolean;
  timeouts?: Partial<S3Timeouts>;
}

export interface S3Timeouts {
  /** To connect, in milliseconds. Default: 5,000. */
  connectMs: number;
  /** To answer one request, until the answer's head. Default: 60,000. */
  answerMs: number;
  /** Between two chunks of a value that somebody waits for. Default: 60,000. */
  stallMs: number;
}

export const defaultTimeouts: S3Timeouts = { connectMs: 5_000, answerMs: 60_000, stallMs: 60_000 };
/** Tries of one request, the first one counted; the client waits longer from try to try. */
const ATTEMPTS_MAX = 3;
const SOCKETS_MAX = 128;

/** Everything that the client would otherwise look up in the environment, in files or at an instance's address is given. */
export function createS3Client({
  endpoint,
  region,
  accessKeyId,
  secretAccessKey,
  pathStyle,
  timeouts,
}: S3ClientOptions): S3Client {
  const { connectMs, answerMs } = { ...defaultTimeouts, ...timeouts };
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: pathStyle,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: ATTEMPTS_MAX,
    retryMode: "standard",
    followRegionRedirects: false,
    useArnRegion: false,
    // The signature covers the SHA-256 of each part; newer checksums are refused by many stores.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
  });
}
