"""Writes content for a short video, rewrites the hook, and makes a cover to go with it."""

from musicverse import MusicVerse

with MusicVerse() as client:  # MUSICVERSE_API_KEY and MUSICVERSE_BASE_URL
    made = client.drafts.create(brief="My lo-fi single Rainy Night is out on Friday", platform="instagram", tone="friendly")
    client.generations.wait(made.generation_id)

    for variant in client.drafts.get(made.draft_id).variants:
        again = client.drafts.regenerate(draft_id=made.draft_id, variant_id=variant.id, field="hook")
        client.generations.wait(again.generation_id)
        client.drafts.update(made.draft_id, selected_variant_id=variant.id)
    for variant in client.drafts.get(made.draft_id).variants:
        print(variant.hook, variant.caption, " ".join(variant.hashtags), sep="\n")

    cover = client.generations.create(kind="artwork", prompt="A window in the rain at night, warm light inside")
    done = client.generations.wait(cover.id)
    client.library.download_asset_file(done.asset_id or "").to_file("cover.jpg")
