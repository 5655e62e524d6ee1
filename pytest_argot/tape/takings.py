"""What a tape records while its test runs, in the order it was asked for."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_argot.cassette.interaction import Interaction
from pytest_argot.tape.recording import Recording
from pytest_argot.tape.retries import FAILED, Retries, is_transient, place

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pytest_argot.tape.exchange import Exchange, LiveRequest, LiveResponse


@dataclass(slots=True, eq=False)
class _Slot:
    """One request: its place among the others is taken when it is sent."""

    exchange: Exchange
    key: Hashable
    ordinal: int
    at: object
    recording: Recording
    repeats: _Slot | None = None
    interaction: Interaction | None = None


class Takings:
    """The interactions recorded now; safe to use from threads.

    ``tests``: whose they are. ``keep_transient``: also what a retry overcame.
    """

    def __init__(self, tests: tuple[str, ...], *, keep_transient: bool) -> None:
        self._tests = tests
        self._keep_transient = keep_transient
        self._slots: list[_Slot] = []
        self._asked: Counter[Hashable] = Counter()
        self._retries = Retries()
        self._lock = threading.RLock()
        self.overcome = 0

    @property
    def interactions(self) -> list[Interaction]:
        """What was recorded so far, in the order it was asked for."""
        with self._lock:
            return [slot.interaction for slot in self._slots if slot.interaction is not None]

    def played(self, key: Hashable, status: int) -> None:
        """Count a request that was answered from the cassette."""
        with self._lock:
            self._asked[key] += 1
            self._retries.note(place(), key, status)

    def begin(self, request: LiveRequest, exchange: Exchange, key: Hashable) -> Recording:
        """Take the place of a request that goes live."""
        recording = Recording(request, self._done, self._dropped)
        at = place()
        with self._lock:
            repeats = self._last_of(key) if self._retries.overcome(at, key) else None
            self._asked[key] += 1
            ordinal = self._asked[key]
            self._slots.append(_Slot(exchange, key, ordinal, at, recording, repeats))
        return recording

    def _last_of(self, key: Hashable) -> _Slot | None:
        """Give the transient answer that a request with this key repeats."""
        if self._keep_transient:
            return None
        return next((slot for slot in reversed(self._slots) if _worthless(slot, key)), None)

    def _done(self, recording: Recording, answer: LiveResponse) -> None:
        """Keep an answer; the transient ones it overcomes, if any, are dropped."""
        with self._lock:
            slot = next(each for each in self._slots if each.recording is recording)
            response = slot.exchange.response(answer)
            failed = answer.streaming is not None and bool(answer.streaming.failed)
            self._retries.note(slot.at, slot.key, FAILED if failed else response.status)
            if not failed and not is_transient(response.status):
                self._forget(slot.repeats)
            slot.interaction = Interaction(
                request=slot.exchange.request,
                response=response,
                tests=self._tests,
                ordinal=slot.ordinal,
                recorded_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            )

    def _forget(self, slot: _Slot | None) -> None:
        """Drop the transient answers a success has overcome, back to the first of them."""
        while slot is not None and slot in self._slots:
            self._remove(slot)
            self.overcome += 1
            slot = slot.repeats

    def _dropped(self, recording: Recording) -> None:
        with self._lock:
            self._remove(next(each for each in self._slots if each.recording is recording))

    def _remove(self, slot: _Slot) -> None:
        """Give a place back; equal requests after it move up."""
        self._slots.remove(slot)
        self._asked[slot.key] -= 1
        for each in self._slots:
            if each.key == slot.key and each.ordinal > slot.ordinal:
                each.ordinal -= 1
                if each.interaction is not None:
                    each.interaction = replace(each.interaction, ordinal=each.ordinal)

    def settle(self) -> None:
        """End what is still open: nobody will read on."""
        with self._lock:
            open_ = [slot.recording for slot in self._slots if slot.interaction is None]
        for recording in open_:
            recording.abandon()


def _worthless(slot: _Slot, key: Hashable) -> bool:
    if slot.key != key or slot.interaction is None:
        return False
    response = slot.interaction.response
    failed = response.stream is not None and bool(response.stream.failed)
    return failed or is_transient(response.status)
