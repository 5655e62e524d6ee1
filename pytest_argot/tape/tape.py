"""The open cassette of one test or script."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.matching import Matcher, Shelf
from pytest_argot.errors import CassetteMissing, NoMatch, NoMatchInThread
from pytest_argot.tape.environment import stand_ins
from pytest_argot.tape.exchange import Exchange, HeadersLike
from pytest_argot.tape.keeping import merged
from pytest_argot.tape.miss import explain
from pytest_argot.tape.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable, Iterator, Sequence
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.drift.finding import Finding
    from pytest_argot.tape.archive import Archive
    from pytest_argot.tape.plan import Plan


class Tape:
    """The open cassette a test holds: what is recorded, what was asked, what was found.

    Made by the ``argot`` fixture or by ``use_cassette``. Read its properties; interactions stand
    in the order of the file, those recorded now at the end.
    """

    def __init__(self, plan: Plan, archive: Archive) -> None:
        self._plan = plan
        self._archive = archive
        self._masker = archive.masker(plan.mask)
        self._matcher = Matcher(plan.match_on)
        self._cassettes = tuple(self._load())
        self._missing = not self._cassettes
        self._loaded = tuple(i for cassette in self._cassettes for i in cassette.interactions)
        self._shelf = Shelf(self._loaded, self._matcher, allow_repeats=plan.allow_repeats)
        self._recorded: list[Interaction] = []
        self._asked: Counter[Hashable] = Counter()
        self._stack = ExitStack()
        self._lock = threading.RLock()
        self._thread = threading.get_ident()
        self.miss: NoMatch | None = None

    def _load(self) -> Iterator[Cassette]:
        plan = self._plan
        for path in plan.paths:
            try:
                yield self._archive.load(path, plan.mask)
            except CassetteMissing:
                if path == plan.path and (plan.lenient or plan.record != "none"):
                    continue
                raise

    # What a test reads.

    @property
    def path(self) -> Path:
        """The file this tape writes to."""
        return self._plan.path

    @property
    def record(self) -> str:
        """The record mode in force."""
        return self._plan.record

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """Every interaction, those of the file first."""
        return (*self._loaded, *self._recorded)

    @property
    def requests(self) -> tuple[Request, ...]:
        """The request of every interaction, masked as in the file."""
        return tuple(interaction.request for interaction in self.interactions)

    @property
    def completions(self) -> list[Any]:
        """Every successful modelled response, parsed; a streamed one is merged from its chunks."""
        return self.reading.completions

    @property
    def responses(self) -> list[Any]:
        """Every response, parsed with its model: errors too, plain JSON where no model is known."""
        return self.reading.responses

    @property
    def chunks(self) -> list[Any]:
        """The parsed chunks of every streamed response, in order."""
        return self.reading.chunks

    @property
    def played(self) -> tuple[Interaction, ...]:
        """The interactions that answered a request, in the order of the file."""
        return tuple(self._loaded[index] for index in sorted(set(self._shelf.played)))

    @property
    def unplayed(self) -> tuple[Interaction, ...]:
        """The interactions nobody asked for."""
        return tuple(self._loaded[index] for index in self._shelf.unplayed)

    @property
    def recorded(self) -> tuple[Interaction, ...]:
        """The interactions recorded by this tape."""
        return tuple(self._recorded)

    @property
    def recorded_at(self) -> datetime | None:
        """When the cassette was last recorded (UTC); ``None`` where the file does not say."""
        stamps = [cassette.recorded_at for cassette in self._cassettes if cassette.recorded_at]
        return datetime.fromisoformat(max(stamps)) if stamps else None

    @property
    def variant(self) -> None:
        """What was changed in the responses: ``None``, they are the recorded ones."""
        return

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The drift found in the file and in what was recorded now."""
        return self.reading.findings

    @property
    def reading(self) -> Reading:
        """Everything parsed and judged, for the interactions there are now."""
        return self.reading_of(None)

    def reading_of(self, kept: Path | None) -> Reading:
        """Give the reading; ``kept`` is the file that what was recorded now is kept in."""
        with self._lock:
            recorded = tuple(self._recorded)
            return Reading(self._plan, self._archive, self._cassettes, recorded, kept)

    # What the interception asks.

    @cached_property
    def writing(self) -> bool:
        """Whether a request without an answer goes live and is recorded."""
        if self._plan.record == "once":
            return self._missing or self._born_now()
        return self._plan.record == "new_episodes"

    def _born_now(self) -> bool:
        born = [i.recorded_at for i in self._loaded if i.recorded_at]
        after = self._plan.born_after
        return bool(after and born) and min(born) >= after

    def knows(self, *, method: str, url: str, headers: HeadersLike, body: Any) -> bool:
        """Whether a recorded answer is left for this request."""
        return self._shelf.peek(self._exchange(method, url, headers, body).request)

    def play(self, *, method: str, url: str, headers: HeadersLike, body: Any) -> Response:
        """Give the recorded answer; ``NoMatch`` without one."""
        asked = self._exchange(method, url, headers, body).request
        with self._lock:
            index = self._shelf.take(asked)
            if index is None:
                raise self._refuse(asked)
            self._asked[self._matcher.key(asked)] += 1
            return self._loaded[index].response

    def keep(  # noqa: PLR0913 - the parts of an exchange
        self,
        *,
        method: str,
        url: str,
        headers: HeadersLike,
        body: Any,
        status: int,
        reason: str,
        response_headers: HeadersLike,
        response_body: bytes,
    ) -> None:
        """Record a live exchange."""
        exchange = self._exchange(method, url, headers, body)
        kept = self._plan.settings.keep_headers
        response = exchange.response(status, reason, response_headers, response_body, kept)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._lock:
            key = self._matcher.key(exchange.request)
            self._asked[key] += 1
            self._recorded.append(
                Interaction(
                    request=exchange.request,
                    response=response,
                    tests=self._plan.tests,
                    ordinal=self._asked[key],
                    recorded_at=now,
                )
            )

    def _exchange(self, method: str, url: str, headers: HeadersLike, body: Any) -> Exchange:
        return Exchange.of(
            self._masker,
            self._plan.settings.keep_headers,
            method=method,
            url=url,
            headers=headers,
            body=body,
        )

    def _refuse(self, asked: Request) -> NoMatch:
        played = frozenset(self._shelf.played)
        text = explain(
            self._plan, asked, self._loaded, played, self._matcher, missing=self._missing
        )
        here = threading.get_ident() == self._thread
        error = NoMatch(text) if here else NoMatchInThread(text)
        if self.miss is None:
            self.miss = error
            print(text, file=sys.stderr)  # noqa: T201 - at once: the code may swallow the error
        return error

    # Its life.

    @contextmanager
    def intercepting(self) -> Generator[Tape]:
        """Answer and record the requests made inside; nothing stays patched afterwards."""
        from pytest_argot.tape.bridge import interception

        replay_env = self._plan.settings.replay_env
        with stand_ins(dict[str, str]() if self.writing else replay_env), interception(self):
            yield self

    def open(self) -> None:
        """Start answering."""
        self._stack.enter_context(self.intercepting())

    def close(self) -> None:
        """Stop answering; nothing is written."""
        self._stack.close()

    @contextmanager
    def suspended(self) -> Generator[None]:
        """Stand aside: requests made inside are not the tape's."""
        self.close()
        try:
            yield
        finally:
            self.open()

    def save(self) -> bool:
        """Write what was recorded into the cassette; tell whether there was anything.

        ``SecretFound`` when something in it still looks like a secret, ``ArgotError`` when the
        disk refuses; the old file stays as it was.
        """
        from pytest_argot.cassette.store import save

        if not self._recorded:
            return False
        save(self.path, self._merge, masker=self._masker)
        return True

    def check_secrets(self) -> None:
        """Raise ``SecretFound`` when what was recorded still holds something like a secret."""
        from pytest_argot.cassette.store import refuse_secrets

        if self._recorded:
            refuse_secrets(self.path, self._recorded, masker=self._masker)

    def reject(self, reason: str) -> Path | None:
        """Keep what was recorded beside the cassette; give that file, ``None`` without any."""
        from pytest_argot.cassette.store import reject

        if not self._recorded:
            return None
        return reject(self.path, self._recorded, reason=reason, masker=self._masker)

    def _merge(self, present: Cassette | None) -> Sequence[Interaction]:
        old = present.interactions if present else ()
        return merged(old, self._recorded, self._matcher)

    @property
    def plan(self) -> Plan:
        """What this tape was told to do."""
        return self._plan

    def __repr__(self) -> str:
        return (
            f"<Tape {self._plan.name} record={self.record} {len(self.interactions)} interactions>"
        )
