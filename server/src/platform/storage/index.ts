export { BlobNotFoundError, BlobTooLargeError, InvalidBlobKeyError } from "./blob-storage.ts";
export type { BlobStorage, ByteRange, StoredBlob } from "./blob-storage.ts";
export { openLocalDisk } from "./local-disk.ts";
export type { LocalDiskOptions } from "./local-disk.ts";
