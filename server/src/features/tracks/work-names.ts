/** Names of the slice's work kinds. */
export const analysisKind = "track-analysis";
export const blobDeletionKind = "blob-deletion";
