"""Follows a generation by server-sent events, which come as soon as something changes."""

from musicverse import MusicVerse

client = MusicVerse()

generation = client.generations.create(prompt="Slow blues, rain outside", instrumental=True, duration_seconds=10)
with client.generations.stream_events(generation.id) as events:
    for event in events:
        print(event.data.status, event.data.progress)
