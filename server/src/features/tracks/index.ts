export { analysisWork } from "./analysis.ts";
export type { AnalysisDeps } from "./analysis.ts";
export { AudioError } from "./audio/audio-error.ts";
export type { StoredAudio } from "./audio-keeper.ts";
export { blobDeletionWork } from "./blob-deletion.ts";
export { createGeneratedTracks } from "./generated-tracks.ts";
export type { GeneratedTracks } from "./generated-tracks.ts";
export { holdTracks, readTracks, readTracksIn } from "./read-many.ts";
export { tracksRoutes } from "./routes.ts";
