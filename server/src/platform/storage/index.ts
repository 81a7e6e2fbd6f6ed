export { BlobNotFoundError, BlobTooLargeError } from "./blob-storage.ts";
export type { BlobStorage, ByteRange } from "./blob-storage.ts";
export { openLocalDisk } from "./local-disk.ts";
export { openStorage } from "./open-storage.ts";
