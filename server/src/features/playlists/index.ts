export { removeTrackFromPlaylists } from "./remove-track.ts";
