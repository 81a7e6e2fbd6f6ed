from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio

from .._errors import MusicVerseError
from .._generated.async_resources.generations import AsyncGenerationsResource as GeneratedAsyncGenerationsResource
from .._omit import Omit, omit
from .._options import RequestOptions, check_amount
from .._resources.waiting import (
    WAIT_TIMEOUT_MS,
    ignore,
    is_final,
    is_last,
    is_worth_polling,
    pause_ms,
    settle,
    timed_out,
)

if TYPE_CHECKING:
    from .._async_events import AsyncEventStream
    from .._generated.models.shared import Generation


class AsyncGenerationsResource(GeneratedAsyncGenerationsResource):
    def stream_events(
        self, generation_id: str, *, last_event_id: str | Omit = omit, options: RequestOptions | None = None
    ) -> AsyncEventStream[Generation]:
        """Follows a generation: its present state, then each change, until it is final. Reconnects by itself."""
        return super().stream_events(generation_id, last_event_id=last_event_id, options=options).until(is_last)

    async def wait(
        self,
        generation_id: str,
        *,
        timeout_ms: float = WAIT_TIMEOUT_MS,
        on_progress: Callable[[Generation], object] | None = None,
        options: RequestOptions | None = None,
    ) -> Generation:
        """Waits until a generation is completed and returns it; its audio is the track ``track_id``.

        Follows server-sent events, and asks from time to time where those do not get through. May be called again for
        the same generation. ``timeout_ms``: limit of the whole wait; 0 is none. ``on_progress``: called with each state
        received, the final one included. ``options`` apply to each request.

        Raises GenerationFailedError with the reason in ``code``, GenerationCanceledError, or APITimeoutError after
        ``timeout_ms``; the generation itself goes on.
        """
        check_amount("timeout_ms", timeout_ms)
        result: Generation | None = None
        with anyio.move_on_after(timeout_ms / 1000 if timeout_ms > 0 else None):
            result = await self._settled(generation_id, on_progress or ignore, options)
        if result is None:
            raise timed_out(generation_id, timeout_ms)
        return result

    async def _settled(
        self, generation_id: str, report: Callable[[Generation], object], options: RequestOptions | None
    ) -> Generation:
        try:
            async with self.stream_events(generation_id, options=options) as events:
                async for event in events:
                    report(event.data)
                    if is_final(event.data):
                        return settle(event.data)
        except MusicVerseError as error:
            if not is_worth_polling(error):
                raise
        while True:
            answer = await self.with_raw_response.get(generation_id, options=options)
            generation = answer.parse()
            report(generation)
            if is_final(generation):
                return settle(generation)
            await anyio.sleep(pause_ms(answer.headers) / 1000)
