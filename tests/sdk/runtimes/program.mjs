// What a user's program does, on any runtime: no module of Node, nothing that one runtime has alone. Returns what it saw.
export async function program(sdk, { apiKey, baseUrl, webhook }) {
  const client = new sdk.MusicVerse({ apiKey, baseUrl });

  const generation = await client.generations.create({ prompt: "slow blues", instrumental: true, duration_seconds: 5 });
  const states = [];
  for await (const { data } of client.generations.streamEvents(generation.id)) states.push(data.status);
  const done = await client.generations.wait(generation.id);
  const audio = await (await client.tracks.downloadAudio(done.track_id)).bytes();

  const blob = await client.tracks.upload({ file: new File([audio], "again.wav"), title: "From a file" });
  const stream = await client.tracks.upload({
    file: { data: new Blob([audio]).stream(), filename: "again.wav" },
    title: "From a stream",
  });
  const titles = [];
  for await (const track of client.tracks.list({ limit: 2 })) titles.push(track.title);

  const errors = [];
  const note = ({ name, code, status, requestId }) => errors.push([name, code, status, requestId.startsWith("req_")]);
  await client.tracks.get("trk_01kbq5t3v6f2zr8h1d5n7k0wej").catch(note);
  await client.generations.create({ prompt: "" }).catch(note);
  const caller = new AbortController();
  caller.abort(new Error("enough"));
  const aborted = await client.tracks.list({}, { signal: caller.signal }).catch((error) => error.message);

  const event = await sdk.unwrapWebhook(webhook.body, webhook.headers, webhook.secret);
  const forged = await sdk
    .unwrapWebhook(`${webhook.body} `, webhook.headers, webhook.secret)
    .catch(({ reason }) => reason);
  return {
    last: states.at(-1),
    same: generation.id === done.id,
    bytes: audio.length,
    sizes: [blob.bytes, stream.bytes],
    titles: titles.slice(0, 2),
    pages: titles.length,
    errors,
    aborted,
    event: event.type,
    forged,
  };
}
