// Lists: every object, page by page, or one page.
import { MusicVerse } from "@musicverse/sdk";

const client = new MusicVerse();

for await (const track of client.tracks.list({ limit: 100 })) console.log(track.id, track.title);

const page = await client.events.list({ limit: 5 });
console.log(page.data.map(({ type }) => type));
if (page.hasNextPage()) console.log((await page.getNextPage()).data.length);
