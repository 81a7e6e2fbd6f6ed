import type { Clock } from "../clock/index.ts";
import type { ValuesOf } from "../config/define.ts";
import type { BlobStorage } from "./blob-storage.ts";
import type { settings } from "./config.ts";
import { openLocalDisk } from "./local-disk.ts";

/** The store that the configuration names. Throws, and says which setting to look at, when it cannot be used. */
export async function openStorage(config: ValuesOf<typeof settings>, clock: Clock): Promise<BlobStorage> {
  if (config.storageS3Bucket === null) return openLocalDisk({ directory: config.storageDir, clock });
  const missing = [
    ...(config.storageS3AccessKeyId === "" ? ["STORAGE_S3_ACCESS_KEY_ID"] : []),
    ...(config.storageS3SecretAccessKey === "" ? ["STORAGE_S3_SECRET_ACCESS_KEY"] : []),
  ];
  if (missing.length > 0) throw new Error(`STORAGE_S3_BUCKET is set, so ${missing.join(" and ")} must be set too.`);
  // Read only where it is used: the client takes a fifth of a second to load.
  const { openS3 } = await import("./s3.ts");
  return openS3({
    bucket: config.storageS3Bucket,
    endpoint: config.storageS3Endpoint ?? `https://s3.${config.storageS3Region}.amazonaws.com`,
    region: config.storageS3Region,
    accessKeyId: config.storageS3AccessKeyId,
    secretAccessKey: config.storageS3SecretAccessKey,
    pathStyle: config.storageS3PathStyle,
    prefix: config.storageS3Prefix,
    clock,
  });
}
