"""Makes a song and saves it."""

from musicverse import MusicVerse

with MusicVerse() as client:  # MUSICVERSE_API_KEY and MUSICVERSE_BASE_URL
    generation = client.generations.create(prompt="Warm lo-fi hip hop", instrumental=True, duration_seconds=10)
    done = client.generations.wait(generation.id, on_progress=lambda state: print(f"{state.progress:.0%}"))
    client.tracks.download_audio(done.track_id or "").to_file("song.wav")
