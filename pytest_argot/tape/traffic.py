"""The requests of one test: answered from the cassette, recorded, or refused."""

from __future__ import annotations

import sys
import threading
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlsplit

from pytest_argot.cassette.interaction import Interaction, Request
from pytest_argot.cassette.matching import Matcher, Shelf
from pytest_argot.errors import (
    ArgotError,
    NetworkBlocked,
    NetworkBlockedInThread,
    NoMatch,
    NoMatchInThread,
)
from pytest_argot.tape.exchange import Exchange, LiveRequest, LiveResponse
from pytest_argot.tape.hosts import is_loopback
from pytest_argot.tape.keeping import Take, identified
from pytest_argot.tape.miss import astray, explain, read_on
from pytest_argot.tape.passthrough import DEFAULT_PORTS, passes
from pytest_argot.tape.playback import Playback
from pytest_argot.tape.takings import Takings
from pytest_argot.tape.thread_ends import TOLD
from pytest_argot.tape.variation import Variation
from pytest_argot.tape.work import in_process_pool_style

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pytest_argot.cassette.interaction import Response
    from pytest_argot.tape.plan import Plan
    from pytest_argot.tape.recording import Recording
    from pytest_argot.wire.masking import Masker

Ask: TypeAlias = "Callable[[LiveRequest], LiveResponse]"
Refusal = TypeVar("Refusal", NoMatch, NetworkBlocked)
MOST_KEPT = 256
LONGEST_KEPT = 2**16
"""How many requests are kept in the form they are matched in, and of how many bytes at most:
whoever asks the same again does not wait for it to be masked again."""
WRITING = frozenset({"new_episodes", "update", "rewrite"})


class _Asked(NamedTuple):
    """A request in the form it is stored in, and what it is matched by."""

    exchange: Exchange
    key: Hashable


class Traffic:
    """What a tape was asked, and what became of it; used by several threads at once.

    ``variation``: what changes the answers, ``None`` where they are the recorded ones.
    ``live``: the answers mode ``verify`` got. ``unverified``: why a live answer could not be
    had. ``miss``: the first request nobody could answer. ``known``: a masker that knows the
    credentials of all requests so far. ``told``: the errors printed. ``when_missed`` is called when
    there is a first miss.
    """

    def __init__(
        self, plan: Plan, loaded: tuple[Interaction, ...], masker: Masker, *, missing: bool
    ) -> None:
        self.plan = plan
        self._loaded = loaded
        self._missing = missing
        self._masker = self.known = masker
        self.matcher = Matcher(plan.match_on)
        self.shelf = Shelf(loaded, self.matcher, allow_repeats=plan.allow_repeats)
        self.variation = self._varied()
        self._ask = _live() if plan.record == "verify" else None
        self.takings = Takings(plan.tests, keep_transient=plan.record_errors)
        self._lock = threading.RLock()
        self._thread = threading.get_ident()
        self.live: list[Interaction] = []
        self.unverified: ArgotError | None = None
        self.miss: NoMatch | NetworkBlocked | None = None
        self.when_missed: Callable[[], None] | None = None
        self.told: set[str] = set()
        self._asked: dict[Hashable, _Asked] = {}

    def _varied(self) -> Variation | None:
        variant = self.plan.variant
        if variant is None:
            return None
        return Variation(variant, self._loaded, self.shelf, self.matcher)

    @cached_property
    def writing(self) -> bool:
        """Whether a request without an answer goes live and is recorded."""
        if self.variation is not None:
            return False
        if self.plan.record == "once":
            return self._missing or self._born_now()
        return self.plan.record in WRITING

    def _born_now(self) -> bool:
        """Whether the cassette is being recorded in this very session."""
        born = [each.recorded_at for each in self._loaded if each.recorded_at]
        after = self.plan.born_after
        return bool(after and born) and min(born) >= after

    @property
    def guards(self) -> bool:
        """Whether nothing may leave the machine: in modes that neither record nor ask."""
        return not (self.writing or self.plan.record == "verify")

    @cached_property
    def loopback_ports(self) -> frozenset[int]:
        """The ports of this machine whose answers the cassette holds."""
        urls = [urlsplit(each.request.url) for each in self._loaded]
        local = [each for each in urls if is_loopback(each.hostname or "")]
        return frozenset(each.port or DEFAULT_PORTS.get(each.scheme, 0) for each in local)

    @property
    def recorded(self) -> list[Interaction]:
        """The interactions recorded now, in the order they were asked for."""
        return self.takings.interactions

    @property
    def overcome(self) -> int:
        """How many transient answers a retry made worthless."""
        return self.takings.overcome

    def ignores(self, url: str) -> bool:
        """Whether requests to this host are none of the cassette's business."""
        patterns = self.plan.passthrough
        return bool(patterns) and passes(url, patterns)

    def answer(self, request: LiveRequest, *, own: bool = True) -> Playback | None:
        """Give the recorded answer, ``None`` when the request is to go live.

        ``NoMatch`` when it must not; a request that may not be the test's ``own`` does not fail
        the test then.
        """
        if self.plan.record == "rewrite":
            return None
        exchange, key = self._read(request)
        response = self._recorded(key, exchange.request)
        if response is None:
            if self.writing:
                return None
            raise self._refuse(exchange.request, own=own)
        if self.writing:
            self.takings.played(key, response.status)
        if self._ask is not None:
            self._verify(exchange, request, self._ask)
        return Playback(response, self.plan.pace, lambda: self._read_on(exchange.request))

    def _recorded(self, key: Hashable, asked: Request) -> Response | None:
        """Take what was recorded for a request off the shelf, ``None`` if there is nothing."""
        if self.variation is not None:
            return self.variation.answer(key, asked)
        index = self.shelf.take_key(key)
        return None if index is None else self._loaded[index].response

    def record(self, request: LiveRequest) -> Recording:
        """Begin to record a request that goes live."""
        exchange, key = self._read(request)
        return self.takings.begin(request, exchange, key)

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

    def _read(self, request: LiveRequest) -> _Asked:
        """Mask a request and find what it is matched by; once for requests that are the same."""
        identity = request.identity if len(request.body) <= LONGEST_KEPT else None
        asked = self._asked.get(identity)
        if asked is None:
            exchange = Exchange.of(request, self._masker, self.plan.settings.keep_headers)
            asked = _Asked(exchange, self.matcher.key(exchange.request))
            with self._lock:  # the screen must not show the credentials it carries
                self.known = self.known.knowing(exchange.masker)
                if identity is not None and len(self._asked) < MOST_KEPT:
                    self._asked[identity] = asked
        return asked

    def _refuse(self, asked: Request, *, own: bool) -> NoMatch:
        if self.variation is not None:
            return self.refuse(astray(self.plan, self.variation, asked), own=own)
        played = frozenset(self.shelf.played)
        text = explain(self.plan, asked, self._loaded, played, self.matcher, missing=self._missing)
        return self.refuse(text, own=own)

    def _read_on(self, asked: Request) -> NoMatch:
        if self.variation is not None:
            self.variation.read_on(asked)
        return self.refuse(read_on(self.plan, asked))

    def refuse(self, text: str, *, own: bool = True) -> NoMatch:
        """Make the error of a request that gets no answer; the first fails the test."""
        kind = NoMatch if self._is_own_thread() else NoMatchInThread
        return self._told(kind(_said(f"NoMatch: {text}", own=own)), own=own)

    def block(self, text: str, *, own: bool) -> NetworkBlocked:
        """Make the error of a connection that must not be; the first fails the test."""
        kind = NetworkBlocked if self._is_own_thread() else NetworkBlockedInThread
        return self._told(kind(_said(text, own=own)), own=own)

    def _is_own_thread(self) -> bool:
        """Whether this thread survives an error that is no ``Exception``."""
        return threading.get_ident() == self._thread and not in_process_pool_style()

    def _told(self, error: Refusal, *, own: bool) -> Refusal:
        """Print an error at once, the first of its kind: the code under test may swallow it."""
        with self._lock:
            text = str(error)
            news = self.miss is None and text not in self.told
            self.told.add(text)
        if news:
            print(error, file=sys.stderr)  # noqa: T201 - where pytest and scripts show it
        setattr(error, TOLD, True)
        self.remember(error, own=own)
        return error

    def remember(self, error: NoMatch | NetworkBlocked, *, own: bool) -> None:
        """Keep the first error that is the test's own."""
        with self._lock:
            if not own or self.miss is not None:
                return
            self.miss = error
            wake = self.when_missed
        if wake is not None:
            wake()

    def take(self) -> Take:
        """Give what was asked and recorded so far, in the form the file is merged from."""
        identities = [identity for identity, _ in identified(self._loaded, self.matcher)]
        return Take(
            mode=self.plan.record,
            test=self.plan.test,
            played=frozenset(identities[index] for index in self.shelf.played),
            recorded=tuple(self.recorded),
            since=self.plan.born_after,
        )


def _said(text: str, *, own: bool) -> str:
    """Name the thread that may not be the test's."""
    if own:
        return text
    thread = threading.current_thread().name
    return f"{text}\n  asked by: {thread!r}, at work since before the test or after it: no failure"


def _live() -> Ask:
    """Get hold of the unpatched connection classes while nothing is patched yet."""
    from pytest_argot.tape.live import ask

    return ask
