from __future__ import annotations

import time
from collections.abc import Callable
from time import sleep
from typing import TYPE_CHECKING

from .._call import DeadlinePassed
from .._errors import MusicVerseError
from .._generated.resources.generations import GenerationsResource as GeneratedGenerationsResource
from .._omit import Omit, omit
from .._options import RequestOptions, check_amount
from .waiting import WAIT_TIMEOUT_MS, ignore, is_final, is_last, is_worth_polling, pause_ms, settle, timed_out

if TYPE_CHECKING:
    from .._events import EventStream
    from .._generated.models.shared import Generation

_HEARTBEAT_S = 10
"""The server's streams are silent no longer than this."""


class GenerationsResource(GeneratedGenerationsResource):
    def stream_events(
        self, generation_id: str, *, last_event_id: str | Omit = omit, options: RequestOptions | None = None
    ) -> EventStream[Generation]:
        """Follows a generation: its present state, then each change, until it is final. Reconnects by itself."""
        return super().stream_events(generation_id, last_event_id=last_event_id, options=options).until(is_last)

    def wait(
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
        ends = time.monotonic() + timeout_ms / 1000 if timeout_ms > 0 else None
        bounded = self if ends is None else GenerationsResource(self._transport.until(ends))
        try:
            return bounded._settled(generation_id, ends, on_progress or ignore, options)
        except DeadlinePassed as cause:
            raise timed_out(generation_id, timeout_ms) from cause

    def _settled(
        self,
        generation_id: str,
        ends: float | None,
        report: Callable[[Generation], object],
        options: RequestOptions | None,
    ) -> Generation:
        try:
            with self.stream_events(generation_id, options=options) as events:
                for event in events:
                    report(event.data)
                    if is_final(event.data):
                        return settle(event.data)
                    # A silent stream cannot be left; near the end of the time polling is more exact.
                    if ends is not None and time.monotonic() + _HEARTBEAT_S > ends:
                        break
        except MusicVerseError as error:
            if isinstance(error, DeadlinePassed) or not is_worth_polling(error):
                raise
        while True:
            answer = self.with_raw_response.get(generation_id, options=options)
            generation = answer.parse()
            report(generation)
            if is_final(generation):
                return settle(generation)
            pause = pause_ms(answer.headers) / 1000
            if ends is not None and time.monotonic() + pause >= ends:
                sleep(max(0.0, ends - time.monotonic()))
                raise DeadlinePassed
            sleep(pause)
