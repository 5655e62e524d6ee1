"""The answers a test gets under a variant: one changed, the others recorded or improvised."""

from __future__ import annotations

import json
import threading
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_argot.drift.json_types import is_object
from pytest_argot.drift.routes import without_query
from pytest_argot.fuzz.variant import FOREVER, RECORDED

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from pytest_argot.cassette.interaction import Interaction, Request, Response
    from pytest_argot.cassette.matching import Matcher, Shelf
    from pytest_argot.fuzz.variant import Variant

MOST: Final = 100
"""Answers that are given to a program that asks on and on.

One that asks the same for ever, though it gets what was recorded, does not end; of one that asks
something new each time nobody knows.
"""

_LONGEST_NAME: Final = 80
"""Characters of an LLM model's name that are told."""


def varied(interactions: Sequence[Interaction], variant: Variant) -> tuple[Interaction, ...]:
    """Give interactions as they would be had the server answered so."""
    changed = list(interactions)
    place = variant.interaction
    changed[place] = replace(changed[place], response=variant.answers[0])
    return tuple(changed)


class Kind(NamedTuple):
    """What makes one request a follow-up of another: where it goes and what it asks there."""

    method: str
    url: str
    model: object
    streamed: bool

    @classmethod
    def of(cls, request: Request) -> Kind:
        """Read a request; a body that is no JSON object asks for no LLM model."""
        body: Any = None
        with suppress(ValueError):
            body = json.loads(request.body)
        told = body if is_object(body) else {}
        url = without_query(request.url)
        return cls(request.method, url, str(told.get("model")), bool(told.get("stream")))


class Variation:
    """Answers the requests of one test; safe to use from threads.

    A request that was recorded gets what was recorded, except the one the variant changes. A
    request without a recording gets, in this order: what an equal request got, the next unplayed
    interaction of its kind, the last one of its kind. ``improvised`` counts those. ``diverged``
    names the first request of a kind the cassette does not know; ``endless`` the first of a
    program that did not stop asking. ``met``: the changed interaction was asked for.
    """

    def __init__(
        self, variant: Variant, interactions: Sequence[Interaction], shelf: Shelf, matcher: Matcher
    ) -> None:
        self.variant = variant
        self.improvised = 0
        self.met = False
        self.diverged = ""
        self.endless = ""
        self._answers = variant.answers
        self._interactions = interactions
        self._shelf = shelf
        self._matcher = matcher
        self._changed_key: Hashable = None
        self._left: deque[Response] = deque()
        self._given = 0
        self._again = 0
        self._restored = False
        self._lock = threading.Lock()

    def answer(self, key: Hashable, asked: Request) -> Response | None:
        """Give the answer, ``None`` where ``diverged`` or ``endless`` says why there is none."""
        with self._lock:
            going_on = self._going_on(key, asked)
            if going_on is not None or self.endless:
                return going_on
            index = self._shelf.take_key(key)
            if index is None:
                return self._improvised(key, asked)
            return self._of(index, key)

    def read_on(self, asked: Request) -> None:
        """Note that a client reads on where the recorded one had stopped: nobody knows what."""
        with self._lock:
            self.diverged = self.diverged or f"the rest of {asked.method} {asked.url}"

    def _of(self, index: int, key: Hashable) -> Response:
        if index != self.variant.interaction or self.met:
            return self._interactions[index].response
        self.met = True
        self._changed_key = key
        self._left.extend(self._answers[1:])
        return self._answers[0]

    def _going_on(self, key: Hashable, asked: Request) -> Response | None:
        """Give what the variant answers when the request it changed is asked again."""
        if not self.met or key != self._changed_key:
            return None
        if self._left:
            return self._left.popleft()
        if self.variant.then == FOREVER:
            self._given += 1
            if self._given > MOST:
                self.endless = f"{asked.method} {asked.url}"
                return None
            return self._answers[-1]
        if self.variant.then == RECORDED and not self._restored:
            self._restored = True
            return self._interactions[self.variant.interaction].response
        return None

    def _improvised(self, key: Hashable, asked: Request) -> Response | None:
        kind = Kind.of(asked)
        alike = [n for n, each in enumerate(self._interactions) if Kind.of(each.request) == kind]
        equal = [n for n in alike if self._matcher.key(self._interactions[n].request) == key]
        if equal and self._again >= MOST:
            self.endless = f"{asked.method} {asked.url}"
            return None
        index = equal[-1] if equal else self._stand_in(alike)
        if index is None:
            said = f"{asked.method} {asked.url}{self._unlike(kind)}"
            self.diverged = self.diverged or said
            return None
        self._again += bool(equal)
        self.improvised += 1
        return self._of(index, key)

    def _unlike(self, kind: Kind) -> str:
        """Say what is new about a request to a place that the cassette knows."""
        known = [Kind.of(each.request) for each in self._interactions]
        here = [each for each in known if (each.method, each.url) == (kind.method, kind.url)]
        if not here or kind in here:
            return ""
        if all(each.model != kind.model for each in here):
            return f" for model {json.dumps(str(kind.model)[:_LONGEST_NAME])}"
        return " as a stream" if kind.streamed else " without a stream"

    def _stand_in(self, alike: Sequence[int]) -> int | None:
        """Give the index of what answers a request that was not recorded."""
        if self.improvised - self._again >= MOST:
            return None
        waiting = set(self._shelf.unplayed)
        fresh = next((n for n in alike if n in waiting), None)
        if fresh is not None:
            self._shelf.take(self._interactions[fresh].request)
            return fresh
        return alike[-1] if alike else None
