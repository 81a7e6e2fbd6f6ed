"""Uploads a song from a file, renames it, and puts it into a playlist."""

from pathlib import Path

from musicverse import MusicVerse

client = MusicVerse()

track = client.tracks.upload(file=Path("demo-take-3.mp3"), title="Demo take 3")  # a path
client.tracks.upload(file=Path("demo-take-3.mp3").read_bytes())  # or bytes, an open file, a stream

client.tracks.update(track.id, title="Morning Train")
playlist = client.playlists.create(name="Demos")
client.playlists.add_tracks(playlist.id, track_ids=[track.id])
