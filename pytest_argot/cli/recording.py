"""Recording one exchange: ask, judge, store."""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING

from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction
from pytest_argot.cassette.matching import Matcher
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.rejected import reject, rejected_path
from pytest_argot.cassette.store import save
from pytest_argot.cassette.stored import stored
from pytest_argot.cli.judging import Bench, judged
from pytest_argot.cli.promotion import promoted
from pytest_argot.cli.screen import complain, write
from pytest_argot.drift.levels import failing
from pytest_argot.errors import ArgotError, CassetteMissing, Misuse, SecretFound
from pytest_argot.report.drift_text import drift_message
from pytest_argot.report.gitignore import gitignore_hint
from pytest_argot.report.wording import nearby, place
from pytest_argot.tape.exchange import Exchange
from pytest_argot.tape.live import ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_argot.drift.finding import Finding
    from pytest_argot.tape.exchange import LiveRequest, LiveResponse

_KEPT_BESIDE = 1
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Where the exchange goes and what it is judged with.

    ``command``: how to record it again. ``url``: as it was given, without credentials.
    ``rewrite``: whether the answer there is to the same request is replaced.
    """

    path: Path
    bench: Bench
    command: str
    url: str
    rewrite: bool = False

    def run(self, asked: LiveRequest) -> int:
        """Post the request and store what comes; 1 if that had to be kept beside the cassette.

        Whatever can be known to go wrong does so before anything is asked and paid. ``Misuse``
        for a request that the cassette answers already, ``CassetteCorrupt``, and ``ArgotError``
        when nothing answers or the disk refuses.
        """
        exchange = Exchange.of(asked, self.bench.masker, self.bench.settings.keep_headers)
        if self._equal(self._present(), exchange) and not self.rewrite:
            raise Misuse(
                f"{nearby(self.path)} answers this request already",
                fix=f"{self.command} --rewrite",
            )
        judged(Cassette(self.path, ()), self.bench)
        interaction = _interaction(exchange, _answer(asked, exchange, self.url))
        if interaction.response.status not in _SUCCESS:
            return self._keep_error(interaction, exchange)
        if self._failing(_alone(self.path, interaction)):
            return self._keep_drift(interaction, exchange)
        return self._save(interaction, exchange)

    def _present(self) -> tuple[Interaction, ...]:
        try:
            return load(self.path, self.bench.masker).interactions
        except CassetteMissing:
            return ()

    def _equal(self, present: Sequence[Interaction], exchange: Exchange) -> int:
        """Count the interactions with the same request."""
        key = self._matcher.key(exchange.request)
        return sum(self._matcher.key(each.request) == key for each in present)

    @property
    def _matcher(self) -> Matcher:
        return Matcher(self.bench.settings.match_on)

    def _failing(self, cassette: Cassette) -> list[Finding]:
        return failing(judged(cassette, self.bench).findings, self.bench.settings.failing_level)

    def _save(self, interaction: Interaction, exchange: Exchange) -> int:
        def merge(present: Cassette | None) -> list[Interaction]:
            old = present.interactions if present else ()
            # Where another process was faster this is one more answer: it was paid for.
            ordinal = 1 if self.rewrite else 1 + self._equal(old, exchange)
            return promoted(old, [replace(interaction, ordinal=ordinal)], self._matcher)

        try:
            save(self.path, merge, masker=exchange.masker, harmless=self.bench.known.harmless())
        except SecretFound as error:
            complain(error)
            _advise(rejected_path(self.path))
            return _KEPT_BESIDE
        except ArgotError:
            with suppress(ArgotError):  # it was paid for; the first error is the one to tell
                kept = self._kept(interaction, exchange, "it could not be written")
                complain(f"the answer is kept in {nearby(kept)}")
            raise
        response = interaction.response
        size = f"{response.status}, {len(response.body):,} bytes"
        write(f"recorded {place(str(self.path), 0)} ({size})\n")
        if judged(_alone(self.path, interaction), self.bench).unmodelled:
            complain("no response model knows it: nothing was judged")
        return 0

    def _keep_error(self, interaction: Interaction, exchange: Exchange) -> int:
        status = f"{interaction.response.status} {interaction.response.reason}".strip()
        kept = self._kept(interaction, exchange, f"the answer was {interaction.response.status}")
        fix = f"{self.command}   (is it what you wanted: argot keep {_quoted(kept)})"
        error = ArgotError(f"the answer is an error: {status}", where=place(str(kept), 0), fix=fix)
        complain(error)
        return _KEPT_BESIDE

    def _keep_drift(self, interaction: Interaction, exchange: Exchange) -> int:
        kept = self._kept(interaction, exchange, "the recording drifted")
        cassette = load(kept, exchange.masker)
        last = len(cassette.interactions) - 1  # what was kept before stands before it
        found = [each for each in self._failing(cassette) if last in each.interactions]
        message = drift_message(
            found,
            kept=nearby(kept),
            record_command=self.command,
            accept_command=f"argot accept {_quoted(kept)} --all --reason '...' && "
            f"argot keep {_quoted(kept)}",
        )
        complain(message)
        return _KEPT_BESIDE

    def _kept(self, interaction: Interaction, exchange: Exchange, reason: str) -> Path:
        kept = reject(
            self.path,
            [interaction],
            reason=reason,
            masker=exchange.masker,
            harmless=self.bench.known.harmless(),
        )
        _advise(kept)
        return kept


def _advise(kept: Path) -> None:
    if hint := gitignore_hint([kept]):
        complain(hint)


def _answer(asked: LiveRequest, exchange: Exchange, url: str) -> LiveResponse:
    """Ask; an error says ``url``, for the one asked may hold a key."""
    try:
        return ask(asked)
    except (ArgotError, HTTPException, ValueError) as error:
        why = error.what if isinstance(error, ArgotError) else f"no answer: {error!r}"
        fix = "is the server up, and the URL right?"
        what = exchange.masker.text(why)
        raise ArgotError(what, where=url, fix=fix) from error


def _interaction(exchange: Exchange, answer: LiveResponse) -> Interaction:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    response = exchange.response(answer)
    return stored(Interaction(exchange.request, response, ordinal=1, recorded_at=now))


def _alone(path: Path, interaction: Interaction) -> Cassette:
    """Give the interaction as the cassette it would be."""
    text = dump([interaction], interaction.recorded_at)
    return Cassette(path, (interaction,), interaction.recorded_at, ours=True, text=text)


def _quoted(path: Path) -> str:
    return shlex.quote(nearby(path))
