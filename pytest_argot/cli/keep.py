"""``argot keep``: recordings that were refused, into their cassettes after all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pytest_argot.cli.arguments import CONFIG, PATHS
from pytest_argot.cli.screen import complain, write
from pytest_argot.errors import ArgotError, SecretFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.cli.judging import Bench
    from pytest_argot.cli.selection import Selected
    from pytest_argot.settings import Settings
    from pytest_argot.wire.masking import Masker

_LEFT = 1
_UNREADABLE = 2


@click.command(short_help="Keep recordings that were refused.")
@PATHS
@click.option("--accepted", is_flag=True, help="Only those whose drift is accepted by now.")
@click.option("--force", is_flag=True, help="Also those in which secrets were blanked.")
@CONFIG
def keep(paths: tuple[str, ...], *, accepted: bool, force: bool, config: str | None) -> int:
    """Promote rejected recordings (*.rejected.yaml) into their cassettes.

    Those at or below PATHS (default: the settings' folder); a cassette stands for the recording
    kept beside it. A newer answer replaces the older one to the same request, everything else
    stays. Exit code: 0 done, 1 something was left, 2 wrong use or a file that cannot be read or
    written.
    """
    from pytest_argot.cli.refused import select_refused

    chosen = select_refused(paths, config)
    if not chosen:
        write("nothing to keep\n")
    codes = {0}
    for each in chosen:
        try:
            codes.add(_keep(each, accepted=accepted, force=force))
        except ArgotError as error:
            complain(error)
            codes.add(_LEFT if isinstance(error, SecretFound) else _UNREADABLE)
    return max(codes)


def _keep(selected: Selected, *, accepted: bool, force: bool) -> int:
    from pytest_argot.cassette.reader import load
    from pytest_argot.cli.masks import masker_of
    from pytest_argot.cli.owners import settings_of
    from pytest_argot.report.wording import count

    selected = replace(selected, settings=settings_of(selected))
    masker = masker_of(selected.settings)
    refused = load(selected.file, masker)
    if not refused.ours:
        return _left(selected, "it is no recording of ours: name it another way")
    if refused.blanked and not force:
        return _left(selected, "secrets in it were blanked: record anew, or argot keep --force")
    chosen = _accepted(refused, selected.settings) if accepted else refused.interactions
    if refused.interactions and not chosen:
        return _left(selected, "no drift in it is accepted, or not all of it")
    _promote(selected, chosen, masker)
    rest = len(refused.interactions) - len(chosen)
    return _left(selected, f"{count(rest, 'interaction')} without accepted drift") if rest else 0


def _left(selected: Selected, why: str) -> int:
    from pytest_argot.report.wording import place

    write(f"{place(str(selected.file), 0)}: left: {why}\n")
    return _LEFT


def _promote(selected: Selected, chosen: Sequence[Interaction], masker: Masker) -> None:
    """Write first, take away afterwards: whatever happens between, nothing is lost."""
    from pytest_argot.cassette.matching import Matcher
    from pytest_argot.cassette.rejected import withdraw
    from pytest_argot.cassette.store import save
    from pytest_argot.cli.promotion import promoted
    from pytest_argot.cli.refused import cassette_of
    from pytest_argot.drift.known import read
    from pytest_argot.report.wording import count, place

    path = cassette_of(selected.file)
    matcher = Matcher(selected.settings.match_on)
    harmless = read(selected.settings.accepted_file).harmless()

    def merge(present: Cassette | None) -> list[Interaction]:
        whole = promoted(present.interactions if present else (), chosen, matcher)
        _refuse_secrets(whole, selected, harmless)
        return whole

    save(path, merge, masker=masker, harmless=harmless)
    withdraw(path, chosen, masker=masker, harmless=harmless)
    into = place(str(path), 0)
    write(f"{place(str(selected.file), 0)}: {count(len(chosen), 'interaction')} kept in {into}\n")


def _refuse_secrets(
    whole: Sequence[Interaction], selected: Selected, harmless: frozenset[str]
) -> None:
    """Leave both files alone: saving a secret would rewrite the recording, blanked."""
    from pytest_argot.cassette.emitter import dump
    from pytest_argot.cli.refused import cassette_of
    from pytest_argot.report.wording import place
    from pytest_argot.wire.secrets import scan

    if scan(dump(whole, ""), harmless):
        files = f"{place(str(selected.file), 0)} {place(str(cassette_of(selected.file)), 0)}"
        raise SecretFound(
            "the recording was left: it, or its cassette, holds what looks like a secret",
            where=place(str(selected.file), 0),
            fix=f"see where: argot scrub --check {files}",
        )


def _accepted(refused: Cassette, settings: Settings) -> list[Interaction]:
    """Give the interactions of the tests whose failing drift is all accepted, and is there.

    A test is taken as a whole: an answer that fits may lead to the next one that drifts.
    """
    from pytest_argot.cli.judging import Bench

    bench = Bench(settings)
    groups: dict[tuple[str, ...], list[Interaction]] = {}
    for each in refused.interactions:
        groups.setdefault(each.tests, []).append(each)
    chosen = [group for group in groups.values() if _is_accepted(refused, group, bench)]
    taken = {id(each) for group in chosen for each in group}
    return [each for each in refused.interactions if id(each) in taken]


def _is_accepted(refused: Cassette, group: Sequence[Interaction], bench: Bench) -> bool:
    from pytest_argot.drift.judge import judge
    from pytest_argot.drift.levels import failing

    part = replace(refused, interactions=tuple(group))
    findings = bench.known.apply(judge(part, bench.routes, bench.levels).findings)
    fail_on = bench.settings.failing_level
    once_failed = failing([replace(each, accepted=False) for each in findings], fail_on)
    return bool(once_failed) and not failing(findings, fail_on)
