"""Makes two songs at the same time and saves them."""

import asyncio

from musicverse import AsyncMusicVerse


async def make(client: AsyncMusicVerse, prompt: str, file: str) -> None:
    generation = await client.generations.create(prompt=prompt, instrumental=True, duration_seconds=10)
    done = await client.generations.wait(generation.id)
    audio = await client.tracks.download_audio(done.track_id or "")
    await audio.to_file(file)


async def main() -> None:
    async with AsyncMusicVerse() as client:
        await asyncio.gather(make(client, "Warm lo-fi hip hop", "lo-fi.wav"), make(client, "Slow blues", "blues.wav"))


asyncio.run(main())
