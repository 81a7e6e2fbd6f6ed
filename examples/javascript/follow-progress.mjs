// Follows a generation by server-sent events, which come as soon as something changes.
import { MusicVerse } from "@musicverse/sdk";

const client = new MusicVerse();

const { id } = await client.generations.create({
  prompt: "Slow blues, rain outside",
  instrumental: true,
  duration_seconds: 10,
});
for await (const { data } of client.generations.streamEvents(id)) {
  console.log(data.status, data.progress);
}
