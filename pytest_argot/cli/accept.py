"""``argot accept``: write drift that was looked at into the file of known things."""

from __future__ import annotations

import re
import shlex
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from pytest_argot.cli.arguments import CONFIG
from pytest_argot.cli.screen import complain, write
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pytest_argot.cli.judging import Judged
    from pytest_argot.drift.finding import Finding

_FINGERPRINT = re.compile(r"[0-9a-f]{12}")
_NO_REASON = ("...", "…")
_UNREADABLE = 2
_NOTHING_CHOSEN = 2


@click.command(short_help="Accept drift, with a reason.")
@click.argument("what", nargs=-1, metavar="[PATHS] [FINGERPRINT...] [TEST::ID...]")
@click.option("--all", "everything", is_flag=True, help="Accept all drift that is not info.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the file.")
@click.option(
    "--secret",
    "secrets",
    multiple=True,
    metavar="RULE:FINGERPRINT",
    help="What the scan for secrets takes for one and is none; as its message names it.",
)
@click.option("--until", metavar="DATE", help="Last day it is accepted (YYYY-MM-DD).")
@CONFIG
def accept(  # noqa: PLR0913 - one argument an option
    what: tuple[str, ...],
    *,
    everything: bool,
    reason: str,
    secrets: tuple[str, ...],
    until: str | None,
    config: str | None,
) -> int:
    """Accept drift found in the cassettes at or below PATHS (default: the settings' folder).

    Names it by FINGERPRINT or takes it all; writes argot-accepted.toml in the cassettes' folder.
    Without either, lists what could be accepted. --secret accepts false alarms of the scan for
    secrets instead, TEST::ID[variant] a variant under which a test is known to fail. Exit code:
    0 done, 2 wrong use, nothing chosen or a cassette that cannot be read.
    """
    wanted = [word for word in what if _FINGERPRINT.fullmatch(word)]
    paths = [word for word in what if word not in wanted]
    last_day = _day(until)
    if reason.strip() in _NO_REASON:
        raise Misuse(f"--reason {reason!r} is none", fix="write why, for those who review it")
    if wanted and everything:
        raise Misuse("--all and a fingerprint say different things", fix="give one of them")
    if secrets:
        from pytest_argot.cli.false_alarms import accept_false_alarms

        if wanted or everything:
            raise Misuse("--secret and drift are accepted one by one", fix="give one of them")
        return accept_false_alarms(secrets, paths, config, reason, last_day)
    if variants := [word for word in what if "::" in word]:
        from pytest_argot.cli.failing_variants import accept_failing

        if wanted or everything or len(variants) < len(what):
            raise Misuse("variants and drift are accepted one by one", fix="give one of them")
        return accept_failing(variants, config, reason, last_day)
    return _accept_drift(wanted, paths, config, reason, last_day, everything=everything)


def _accept_drift(  # noqa: PLR0913 - what the command was told
    wanted: Sequence[str],
    paths: Sequence[str],
    config: str | None,
    reason: str,
    last_day: date | None,
    *,
    everything: bool,
) -> int:
    from pytest_argot.cli.judging import judge_all
    from pytest_argot.cli.selection import select

    done, unreadable = judge_all(select(paths, config))
    refused = _refused(paths, config, done)
    if wanted or everything:
        chosen = {id(each): _chosen(each, wanted) for each in done}
        _check_known(wanted, done, refused)
        _accept([(each, chosen[id(each)]) for each in done], reason, last_day)
        code = 0
    else:
        _offer(done)
        code = _NOTHING_CHOSEN
    if refused:
        complain(refused)
    for file in unreadable:
        complain(f"unreadable: {file.cassette}:{file.line} {file.message}")
    return _UNREADABLE if unreadable else code


def _day(until: str | None) -> date | None:
    if until is None:
        return None
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise Misuse(f"--until {until!r} is no date", fix="write it as 2027-01-31") from None
    if day < datetime.now().astimezone().date():
        raise Misuse(f"--until {until} is over", fix="name a day to come")
    return day


def _refused(paths: Sequence[str], config: str | None, done: Iterable[Judged]) -> str:
    """Name the refused recordings that drift and were not named; ``""`` without any."""
    from pytest_argot.cli.judging import judge_all
    from pytest_argot.cli.refused import select_refused
    from pytest_argot.drift.levels import failing
    from pytest_argot.report.wording import nearby

    named = {each.cassette.path for each in done}
    beside = [each for each in select_refused(paths, config) if each.file not in named]
    drifted = [
        shlex.quote(nearby(each.cassette.path))
        for each in judge_all(beside)[0]
        if failing(each.findings, each.bench.settings.failing_level)
    ]
    if not drifted:
        return ""
    first = drifted[0]
    more = f" (and {len(drifted) - 1:,} more)" if drifted[1:] else ""
    return f"a refused recording drifts, too{more}: argot accept {first}, then: argot keep {first}"


def _open(judged: Judged) -> list[Finding]:
    return [finding for finding in judged.findings if not finding.accepted]


def _chosen(judged: Judged, wanted: Sequence[str]) -> list[Finding]:
    """Give the findings named, or those that matter: not info, unless info fails."""
    if wanted:
        return [each for each in _open(judged) if _prints(each) & set(wanted)]
    lowest = "info" if judged.bench.settings.failing_level == "info" else "warn"
    from pytest_argot.drift.levels import failing

    return failing(judged.findings, lowest)


def _prints(finding: Finding) -> set[str]:
    return {finding.fingerprint, *finding.fingerprints}


def _check_known(wanted: Iterable[str], done: Iterable[Judged], refused: str) -> None:
    seen = {each for judged in done for finding in judged.findings for each in _prints(finding)}
    for fingerprint in wanted:
        if fingerprint not in seen:
            fix = refused or "argot accept lists what there is"
            raise Misuse(f"no drift has the fingerprint {fingerprint}", fix=fix)


def _accept(
    chosen: Sequence[tuple[Judged, list[Finding]]], reason: str, until: date | None
) -> None:
    from pytest_argot.drift.known import accept as write_known
    from pytest_argot.report.drifts import group
    from pytest_argot.report.wording import count, nearby

    files: dict[Path, list[Finding]] = {}
    for judged, findings in chosen:
        if findings:
            files.setdefault(judged.bench.settings.accepted_file, []).extend(findings)
    if not files:
        write("nothing to accept\n")
    for file, findings in files.items():
        write_known(file, findings, reason, until)
        drifts = group(findings)
        write("".join(f"  {d.first.fingerprint}  {d.first.kind}  {d.path}\n" for d in drifts))
        write(f"accepted {count(len(drifts), 'drift')} in {nearby(file)}\n")


def _offer(done: Iterable[Judged]) -> None:
    from pytest_argot.report.drifts import group, level_word

    drifts = group(finding for judged in done for finding in _open(judged))
    lines = [
        f"  {drift.first.fingerprint}  {level_word(drift.level):<5}  {drift.first.kind}  "
        f"{drift.path}  {drift.places(1)[0]}\n"
        for drift in drifts
    ]
    write("".join(lines) or "nothing to accept\n")
    if drifts:
        complain('choose with: argot accept FINGERPRINT... --reason "why", or --all')
