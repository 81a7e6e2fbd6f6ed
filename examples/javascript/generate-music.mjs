// Makes a song and saves it.
import { GenerationFailedError, MusicVerse } from "@musicverse/sdk";

const client = new MusicVerse(); // MUSICVERSE_API_KEY and MUSICVERSE_BASE_URL

const generation = await client.generations.create({
  prompt: "Warm lo-fi hip hop",
  instrumental: true,
  duration_seconds: 10,
});
try {
  const { track_id } = await client.generations.wait(generation.id, {
    onProgress: ({ progress }) => console.log(`${Math.round(progress * 100)} %`),
  });
  const audio = await client.tracks.downloadAudio(track_id ?? "");
  await audio.toFile("song.wav");
} catch (error) {
  if (error instanceof GenerationFailedError) console.error(error.message);
  throw error;
}
