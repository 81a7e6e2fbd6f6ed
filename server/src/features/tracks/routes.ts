import type { Handlers } from "../../platform/http/operation.ts";
import { deleteTrack } from "./deleteTrack.ts";
import type { TracksDeps } from "./deps.ts";
import { downloadTrackAudio } from "./downloadTrackAudio.ts";
import { getTrack } from "./getTrack.ts";
import { listTracks } from "./listTracks.ts";
import { updateTrack } from "./updateTrack.ts";
import { uploadTrack } from "./uploadTrack.ts";

export const tracksRoutes = (deps: TracksDeps) =>
  ({
    uploadTrack: uploadTrack(deps),
    listTracks: listTracks(deps),
    getTrack: getTrack(deps),
    updateTrack: updateTrack(deps),
    downloadTrackAudio: downloadTrackAudio(deps),
    deleteTrack: deleteTrack(deps),
  }) satisfies Partial<Handlers>;
