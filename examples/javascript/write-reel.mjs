// Writes content for a short video, rewrites the hook of the best variant, and makes a cover to go with it.
import { MusicVerse } from "@musicverse/sdk";

const client = new MusicVerse(); // MUSICVERSE_API_KEY and MUSICVERSE_BASE_URL

const made = await client.drafts.create({ brief: "My lo-fi single Rainy Night is out on Friday", platform: "instagram", tone: "friendly" });
await client.generations.wait(made.generation_id);
const { variants: [best] } = await client.drafts.get(made.draft_id);

const again = await client.drafts.regenerate({ draft_id: made.draft_id, variant_id: best.id, field: "hook" });
const cover = await client.generations.create({ kind: "artwork", prompt: "A window in the rain at night, warm light inside" });
await client.generations.wait(again.generation_id);

const draft = await client.drafts.update(made.draft_id, { selected_variant_id: best.id });
const [{ hook, caption, hashtags }] = draft.variants;
console.log(`${hook}\n${caption}\n${hashtags.join(" ")}`);

const { asset_id } = await client.generations.wait(cover.id);
const image = await client.library.downloadAssetFile(asset_id ?? "");
await image.toFile("cover.jpg");
