"""Microseconds a call, in turns: bare httpx2, then the SDK, for the same answer of the server in argv[1]."""

import asyncio
import json
import sys
import time

import httpx2

from musicverse import AsyncMusicVerse, MusicVerse

URL, ROUNDS, CALLS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
HEADERS = {"authorization": "Bearer token"}


def sync_round(bare: httpx2.Client, client: MusicVerse) -> list[float]:
    def call_bare() -> None:
        bare.get(f"{URL}/v1/tracks/trk_1", headers=HEADERS).raise_for_status().json()

    def call_sdk() -> None:
        client.tracks.get("trk_1")

    took = []
    for call in (call_bare, call_sdk):
        started = time.perf_counter()
        for _ in range(CALLS):
            call()
        took.append((time.perf_counter() - started) / CALLS * 1e6)
    return took


async def async_round(bare: httpx2.AsyncClient, client: AsyncMusicVerse) -> list[float]:
    async def call_bare() -> None:
        (await bare.get(f"{URL}/v1/tracks/trk_1", headers=HEADERS)).raise_for_status().json()

    async def call_sdk() -> None:
        await client.tracks.get("trk_1")

    took = []
    for call in (call_bare, call_sdk):
        started = time.perf_counter()
        for _ in range(CALLS):
            await call()
        took.append((time.perf_counter() - started) / CALLS * 1e6)
    return took


async def main() -> None:
    with httpx2.Client() as bare, MusicVerse(api_key="token", base_url=URL) as client:
        sync_round(bare, client)  # warm up
        print(json.dumps({"sync": [sync_round(bare, client) for _ in range(ROUNDS)]}))
    async with httpx2.AsyncClient() as bare, AsyncMusicVerse(api_key="token", base_url=URL) as client:
        await async_round(bare, client)
        print(json.dumps({"async": [await async_round(bare, client) for _ in range(ROUNDS)]}))


asyncio.run(main())
