import { defineSettings, flag, optional, text, url } from "../config/define.ts";

export const settings = defineSettings({
  storageDir: text({
    variable: "STORAGE_DIR",
    description: "folder of the audio files, unless they are in a bucket",
    example: "/var/lib/musicverse/storage",
    fallback: { value: ".musicverse/storage" },
  }),
  storageS3Bucket: optional(
    text({
      variable: "STORAGE_S3_BUCKET",
      description: "bucket of the audio files in an S3-compatible store; without it they are on the local disk",
      example: "musicverse-audio",
    }),
  ),
  storageS3Endpoint: optional(
    url({
      variable: "STORAGE_S3_ENDPOINT",
      description: "where the S3-compatible store answers; without it Amazon S3 in the region",
      example: "https://minio.internal:9000",
      protocols: ["https", "http"],
    }),
  ),
  storageS3Region: text({
    variable: "STORAGE_S3_REGION",
    description: "region of the bucket; stores without regions take any",
    example: "eu-central-1",
    fallback: { value: "us-east-1" },
  }),
  storageS3AccessKeyId: text({
    variable: "STORAGE_S3_ACCESS_KEY_ID",
    description: "who reads, writes, lists and deletes in the bucket",
    example: "musicverse",
    fallback: { value: "" },
  }),
  storageS3SecretAccessKey: text({
    variable: "STORAGE_S3_SECRET_ACCESS_KEY",
    description: "its secret",
    example: "the secret of that access key",
    secret: true,
    fallback: { value: "" },
  }),
  storageS3PathStyle: flag({
    variable: "STORAGE_S3_PATH_STYLE",
    description:
      "the bucket is the first part of the path (MinIO, most stores of one's own), not of the host name (Amazon)",
    example: "true",
    fallback: { value: false },
  }),
  storageS3Prefix: text({
    variable: "STORAGE_S3_PREFIX",
    description: "prefix of every key, for deployments that share a bucket",
    example: "staging/",
    fallback: { value: "" },
  }),
});
