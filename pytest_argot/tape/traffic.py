"""The requests of one test: answered from the cassette, recorded, or refused."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.matching import Matcher, Shelf
from pytest_argot.errors import ArgotError, NoMatch, NoMatchInThread
from pytest_argot.tape.exchange import Exchange, LiveRequest, LiveResponse
from pytest_argot.tape.keeping import Take, identified
from pytest_argot.tape.miss import explain
from pytest_argot.tape.passthrough import passes
from pytest_argot.tape.retries import Retries, is_transient
from pytest_argot.wire.headers import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pytest_argot.tape.plan import Plan
    from pytest_argot.wire.masking import Masker

Ask: TypeAlias = "Callable[[LiveRequest], LiveResponse]"
WRITING = frozenset({"new_episodes", "update", "rewrite"})


class Traffic:
    """What a tape was asked, and what became of it; used by several threads at once.

    ``recorded``: the interactions recorded now. ``live``: the answers mode ``verify`` got.
    ``unverified``: why a live answer could not be had. ``miss``: the first request nobody could
    answer. ``overcome``: how many transient answers a
    retry made worthless. ``known``: a masker that knows the credentials of all requests so far.
    """

    def __init__(
        self, plan: Plan, loaded: tuple[Interaction, ...], masker: Masker, *, missing: bool
    ) -> None:
        self._plan = plan
        self._loaded = loaded
        self._missing = missing
        self._masker = self.known = masker
        self.matcher = Matcher(plan.match_on)
        self.shelf = Shelf(loaded, self.matcher, allow_repeats=plan.allow_repeats)
        self._ask = _live() if plan.record == "verify" else None
        self._asked: Counter[Hashable] = Counter()
        self._retries = Retries()
        self._lock = threading.RLock()
        self._thread = threading.get_ident()
        self.recorded: list[Interaction] = []
        self.live: list[Interaction] = []
        self.unverified: ArgotError | None = None
        self.miss: NoMatch | None = None
        self.overcome = 0

    @cached_property
    def writing(self) -> bool:
        """Whether a request without an answer goes live and is recorded."""
        if self._plan.record == "once":
            return self._missing or self._born_now()
        return self._plan.record in WRITING

    def _born_now(self) -> bool:
        """Whether the cassette is being recorded in this very session."""
        born = [each.recorded_at for each in self._loaded if each.recorded_at]
        after = self._plan.born_after
        return bool(after and born) and min(born) >= after

    def ignores(self, url: str) -> bool:
        """Whether requests to this host are none of the cassette's business."""
        return passes(url, self._plan.passthrough)

    def answers(self, request: LiveRequest) -> bool:
        """Whether the tape answers this request itself; if not, it goes live.

        While nothing may go live it answers everything: a miss is raised by ``play``.
        """
        if self.ignores(request.url):
            return False
        if self._plan.record == "rewrite":
            self._learn(request)  # one that fails comes no further
            return False
        return not self.writing or self.shelf.peek(self._exchange(request).request)

    def play(self, request: LiveRequest) -> Response:
        """Give the recorded answer; ``NoMatch`` without one."""
        exchange = self._exchange(request)
        with self._lock:
            index = self.shelf.take(exchange.request)
            if index is None:
                raise self._refuse(exchange.request)
            key = self.matcher.key(exchange.request)
            self._asked[key] += 1
            response = self._loaded[index].response
            self._retries.note(key, response.status)
        if self._ask is not None:
            self._verify(exchange, request, self._ask)
        return response

    def _verify(self, exchange: Exchange, request: LiveRequest, ask: Ask) -> None:
        """Ask the live API the same; its answer is judged, not given."""
        try:
            response = exchange.response(ask(request))
        except ArgotError as error:
            what = exchange.masker.printed(error.what)
            self.unverified = self.unverified or ArgotError(what, where=exchange.request.url)
            return
        with self._lock:
            self.live.append(Interaction(request=exchange.request, response=response))

    def keep(self, request: LiveRequest, answer: LiveResponse) -> None:
        """Record a live exchange; the transient answer it overcomes, if any, is dropped."""
        if self.ignores(request.url):
            return
        exchange = self._exchange(request)
        response = exchange.response(answer)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._lock:
            key = self.matcher.key(exchange.request)
            self._forget_overcome(key)
            self._retries.note(key, response.status)
            self._asked[key] += 1
            self.recorded.append(
                Interaction(
                    request=exchange.request,
                    response=response,
                    tests=self._plan.tests,
                    ordinal=self._asked[key],
                    recorded_at=now,
                )
            )

    def _forget_overcome(self, key: Hashable) -> None:
        """Drop the transient answer that the request with this key repeats."""
        if self._plan.record_errors or not self._retries.overcome(key):
            return
        for index in reversed(range(len(self.recorded))):
            each = self.recorded[index]
            if self.matcher.key(each.request) == key and is_transient(each.response.status):
                del self.recorded[index]
                self._asked[key] -= 1
                self.overcome += 1
                return

    def _exchange(self, request: LiveRequest) -> Exchange:
        self._learn(request)
        return Exchange.of(request, self._masker, self._plan.settings.keep_headers)

    def _learn(self, request: LiveRequest) -> None:
        """Remember the credentials a request carries: the screen must not show them."""
        with self._lock:
            self.known = self.known.learning(normalise(request.headers), request.url)

    def _refuse(self, asked: Request) -> NoMatch:
        played = frozenset(self.shelf.played)
        text = explain(self._plan, asked, self._loaded, played, self.matcher, missing=self._missing)
        here = threading.get_ident() == self._thread
        error = NoMatch(text) if here else NoMatchInThread(text)
        if self.miss is None:
            self.miss = error
            print(text, file=sys.stderr)  # noqa: T201 - at once: the code may swallow the error
        return error

    def take(self) -> Take:
        """Give what was asked and recorded so far, in the form the file is merged from."""
        identities = [identity for identity, _ in identified(self._loaded, self.matcher)]
        with self._lock:
            return Take(
                mode=self._plan.record,
                test=self._plan.test,
                played=frozenset(identities[index] for index in self.shelf.played),
                recorded=tuple(self.recorded),
                since=self._plan.born_after,
            )


def _live() -> Ask:
    """Get hold of the unpatched connection classes while nothing is patched yet."""
    from pytest_argot.tape.live import ask

    return ask
