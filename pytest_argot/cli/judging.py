"""Judging many cassettes, each by the settings of its place and its tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_argot.cassette.age import is_stale, too_old
from pytest_argot.cassette.reader import load
from pytest_argot.cli.masks import masker_of
from pytest_argot.cli.owners import settings_of
from pytest_argot.cli.selection import Selected, select, whole_folder
from pytest_argot.drift.finding import Finding, Level
from pytest_argot.drift.judge import judge
from pytest_argot.drift.known import KnownThings, read
from pytest_argot.drift.levels import Levels, failing
from pytest_argot.drift.routes import Routes
from pytest_argot.errors import CassetteCorrupt, CassetteMissing, Misuse
from pytest_argot.report.outcome import Outcome, Stale, Unreadable
from pytest_argot.report.wording import nearby

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.settings import Settings
    from pytest_argot.wire.masking import Masker


_HERE = "`python -m pytest_argot` for `argot`, in the folder that holds the module, finds it there"


@dataclass(frozen=True)
class Bench:
    """What the cassettes under the same settings are judged with."""

    settings: Settings

    @cached_property
    def masker(self) -> Masker:
        """The masker; ``Misuse`` for a rule that does not parse."""
        return masker_of(self.settings)

    @cached_property
    def routes(self) -> Routes:
        """The routes; ``Misuse`` for a response model that cannot be imported."""
        try:
            return Routes.build(self.settings)
        except Misuse as error:
            if not isinstance(error.__cause__, ImportError):
                raise
            fix = f"{error.fix}; {_HERE}"
            raise Misuse(error.what, where=error.where, fix=fix) from error.__cause__

    @cached_property
    def levels(self) -> Levels:
        """The levels of the kinds; ``Misuse`` for an unknown kind."""
        levels = self.settings.levels
        for key in levels:  # the place of each
            Levels({key: levels[key]}, self.settings.where("levels", key))
        return Levels(levels, profile=self.settings.profile_levels)

    @cached_property
    def known(self) -> KnownThings:
        """The accepted drift; an error of ours when the file cannot be read."""
        return read(self.settings.accepted_file)


@dataclass(frozen=True, slots=True)
class Judged:
    """One cassette with its findings (accepted ones marked) and its counts of responses."""

    cassette: Cassette
    bench: Bench
    findings: tuple[Finding, ...]
    judged: int
    unmodelled: int


def judge_all(
    selected: Iterable[Selected], flags: Mapping[str, str] | None = None
) -> tuple[list[Judged], list[Unreadable]]:
    """Judge cassettes; those that cannot be trusted are given apart.

    ``flags``: scalars of the command line, which beat what the settings say.
    ``Misuse`` when settings name what does not exist.
    """
    benches: list[Bench] = []
    done: list[Judged] = []
    unreadable: list[Unreadable] = []
    for each in selected:
        try:
            bench = _bench(settings_of(each).flagged(flags or {}), benches)
            cassette = load(each.file, bench.masker)
        except (CassetteCorrupt, CassetteMissing) as error:
            unreadable.append(_unreadable(each.file, error))
        else:
            done.append(judged(cassette, bench))
    return done, unreadable


def _bench(in_force: Settings, benches: list[Bench]) -> Bench:
    """Give the bench of the settings, a new one (put to the others) where there is none."""
    for bench in benches:
        if bench.settings == in_force:
            return bench
    benches.append(Bench(in_force))
    return benches[-1]


def check(paths: Sequence[str], flags: Mapping[str, str], config: str | None) -> Outcome:
    """Judge the cassettes at or below the paths; ``flags`` beat what the settings say."""
    done, unreadable = judge_all(select(paths, config), flags)
    failing_at = [each.bench.settings.failing_level for each in done]
    return Outcome(
        findings=tuple(finding for each in done for finding in each.findings),
        unreadable=tuple(unreadable),
        stale=tuple(_stale(done)),
        failing=sum(len(failing(e.findings, at)) for e, at in zip(done, failing_at, strict=True)),
        listed=Level.INFO if "info" in failing_at else Level.WARN,
        cassettes=len(done) + len(unreadable),
        interactions=sum(len(each.cassette.interactions) for each in done),
        judged=sum(each.judged for each in done),
        unmodelled=sum(each.unmodelled for each in done),
        unseen=0 if unreadable else _unseen(paths, done),
    )


def _stale(done: Iterable[Judged]) -> Iterator[Stale]:
    for each in done:
        settings, recorded_at = each.bench.settings, each.cassette.recorded_at
        if settings.stale != "ignore" and is_stale(recorded_at, settings.max_age):
            said = too_old(recorded_at, settings.max_age)
            yield Stale(nearby(each.cassette.path), said, settings.stale == "fail")


def _unseen(paths: Sequence[str], done: Iterable[Judged]) -> int:
    """Count the accepted drift nobody found, for folders that were judged as a whole."""
    found: dict[Path, list[Finding]] = {}
    benches: dict[Path, Bench] = {}
    for each in done:
        file = each.bench.known.file
        benches[file] = each.bench
        found.setdefault(file, []).extend(each.findings)
    return sum(
        len(bench.known.unseen(found[file]))
        for file, bench in benches.items()
        if whole_folder(paths, bench.settings.main or bench.settings)
    )


def judge_one(selected: Selected) -> Judged:
    """Judge one cassette; ``CassetteMissing``, ``CassetteCorrupt`` or ``Misuse`` as they come."""
    bench = Bench(settings_of(selected))
    return judged(load(selected.file, bench.masker), bench)


def judged(cassette: Cassette, bench: Bench) -> Judged:
    """Judge a cassette that was read; ``Misuse`` when the settings name what does not exist."""
    verdict = judge(cassette, bench.routes, bench.levels)
    name = nearby(cassette.path)
    named = [replace(finding, cassette=name) for finding in verdict.findings]
    findings = tuple(bench.known.apply(named))
    return Judged(cassette, bench, findings, verdict.judged, verdict.unmodelled)


def _unreadable(file: Path, error: CassetteCorrupt | CassetteMissing) -> Unreadable:
    line = error.where.rpartition(":")[2]
    message = f"{error.what} (fix: {error.fix})" if error.fix else error.what
    return Unreadable(nearby(file), int(line) if line.isdecimal() else 0, message)
