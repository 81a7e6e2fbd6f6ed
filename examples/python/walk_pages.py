"""Lists: every object, page by page, or one page."""

from musicverse import MusicVerse

client = MusicVerse()

for track in client.tracks.list(limit=100):
    print(track.id, track.title)

page = client.events.list(limit=5)
print([event.type for event in page.data])
if page.has_next_page():
    print(len(page.get_next_page().data))
