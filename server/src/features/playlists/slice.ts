import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { exported } from "./exports.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { addPlaylistTracks } from "./addPlaylistTracks.ts";
import { createPlaylist } from "./createPlaylist.ts";
import { deletePlaylist } from "./deletePlaylist.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { getPlaylist } from "./getPlaylist.ts";
import { listPlaylists } from "./listPlaylists.ts";
import { listPlaylistTracks } from "./listPlaylistTracks.ts";
import { movePlaylistTrack } from "./movePlaylistTrack.ts";
import { removePlaylistTrack } from "./removePlaylistTrack.ts";
import { updatePlaylist } from "./updatePlaylist.ts";

export const playlistsSlice = ({ clock, db }: Services, { cursors, emit }: Shared) =>
  ({
    api: () => ({ routes: routes({ db, clock, cursors, emit }) }),
    exports: exported,
  }) satisfies Slice;

const routes = (deps: PlaylistsDeps) =>
  ({
    createPlaylist: createPlaylist(deps),
    listPlaylists: listPlaylists(deps),
    getPlaylist: getPlaylist(deps),
    updatePlaylist: updatePlaylist(deps),
    deletePlaylist: deletePlaylist(deps),
    addPlaylistTracks: addPlaylistTracks(deps),
    listPlaylistTracks: listPlaylistTracks(deps),
    movePlaylistTrack: movePlaylistTrack(deps),
    removePlaylistTrack: removePlaylistTrack(deps),
  }) satisfies Partial<Handlers>;
