export { playlistsRoutes } from "./routes.ts";
export { removeTrackFromPlaylists } from "./remove-track.ts";
