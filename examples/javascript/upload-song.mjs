// Uploads a song from a file, renames it, and puts it into a playlist.
import { openAsBlob } from "node:fs";
import { MusicVerse } from "@musicverse/sdk";

const client = new MusicVerse();

const track = await client.tracks.upload({ file: "demo-take-3.mp3", title: "Demo take 3" }); // a path
await client.tracks.upload({ file: await openAsBlob("demo-take-3.mp3") }); // or a Blob, bytes, a stream

await client.tracks.update(track.id, { title: "Morning Train" });
const playlist = await client.playlists.create({ name: "Demos" });
await client.playlists.addTracks(playlist.id, { track_ids: [track.id] });
