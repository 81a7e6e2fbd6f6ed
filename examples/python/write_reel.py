"""Writes content for a short video, rewrites the hook of the best variant, and makes a cover to go with it."""

from musicverse import MusicVerse

with MusicVerse() as client:  # MUSICVERSE_API_KEY and MUSICVERSE_BASE_URL
    made = client.drafts.create(brief="My lo-fi single Rainy Night is out on Friday", platform="instagram", tone="friendly")
    client.generations.wait(made.generation_id)
    best = client.drafts.get(made.draft_id).variants[0]

    again = client.drafts.regenerate(draft_id=made.draft_id, variant_id=best.id, field="hook")
    cover = client.generations.create(kind="artwork", prompt="A window in the rain at night, warm light inside")
    client.generations.wait(again.generation_id)

    draft = client.drafts.update(made.draft_id, selected_variant_id=best.id)
    chosen = draft.variants[0]
    print(chosen.hook, chosen.caption, " ".join(chosen.hashtags), sep="\n")

    done = client.generations.wait(cover.id)
    client.library.download_asset_file(done.asset_id or "").to_file("cover.jpg")
