// Writes content for a short video, rewrites the hook, and makes a cover to go with it.
import { MusicVerse } from "@musicverse/sdk";

const client = new MusicVerse(); // MUSICVERSE_API_KEY and MUSICVERSE_BASE_URL

const { draft_id, generation_id } = await client.drafts.create({
  brief: "My lo-fi single Rainy Night is out on Friday",
  platform: "instagram",
  tone: "friendly",
});
await client.generations.wait(generation_id);

for (const { id } of (await client.drafts.get(draft_id)).variants) {
  const again = await client.drafts.regenerate({ draft_id, variant_id: id, field: "hook" });
  await client.generations.wait(again.generation_id);
  await client.drafts.update(draft_id, { selected_variant_id: id });
}
for (const { hook, caption, hashtags } of (await client.drafts.get(draft_id)).variants) {
  console.log(`${hook}\n${caption}\n${hashtags.join(" ")}`);
}

const cover = await client.generations.create({
  kind: "artwork",
  prompt: "A window in the rain at night, warm light inside",
});
const { asset_id } = await client.generations.wait(cover.id);
const image = await client.library.downloadAssetFile(asset_id ?? "");
await image.toFile("cover.jpg");
