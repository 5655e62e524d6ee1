"""``argot scrub``: today's masks on the cassettes there are, and a look for secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pytest_argot.cli.arguments import CONFIG, PATHS
from pytest_argot.cli.screen import complain, write
from pytest_argot.errors import ArgotError, Misuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_argot.cassette.scrubbing import Scrubbed
    from pytest_argot.cli.selection import Selected

_LEFT = 1
_REFUSED = 2
_RULE = (
    'add a rule to mask = ["re:...=<secret>"] in [tool.argot], then: argot scrub\n'
    "  or:    if it is no secret: argot accept --secret RULE:FINGERPRINT --reason '...'"
)


@click.command(short_help="Mask what cassettes hold, in place.")
@PATHS
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if something is to be done.")
@click.option("--all-formats", is_flag=True, help="Bring other tools' cassettes into our format.")
@CONFIG
def scrub(paths: tuple[str, ...], *, check: bool, all_formats: bool, config: str | None) -> int:
    """Apply today's masks to the cassettes at or below PATHS (default: the settings' folder).

    Only files with something to mask are written. What still looks like a secret is listed by
    rule and place, never shown. Exit code: 0 clean, 1 something was left (with --check: is to be
    done), 2 wrong use or a cassette that cannot be read or written.
    """
    from pytest_argot.cli.selection import select

    done: list[Scrubbed] = []
    refused = 0
    for each in select(paths, config):
        try:
            done.append(_scrubbed(each, writing=not check, foreign=all_formats))
        except Misuse:
            raise
        except ArgotError as error:
            refused += 1
            complain(error)
        else:
            write(_told(done[-1], check=check))
    _sum_up(done, check=check)
    if refused:
        return _REFUSED
    return _LEFT if any(_is_left(each) for each in done) else 0


def _scrubbed(selected: Selected, *, writing: bool, foreign: bool) -> Scrubbed:
    from pytest_argot.cassette.scrubbing import scrub as scrub_file
    from pytest_argot.cli.masks import masker_for
    from pytest_argot.drift.known import read

    is_yaml = selected.file.suffix != ".json"  # ours is YAML: it does not go by another name
    return scrub_file(
        selected.file,
        masker_for(selected),
        writing=writing,
        foreign=foreign and is_yaml,
        harmless=read(selected.settings.accepted_file).harmless(),
    )


def _is_left(done: Scrubbed) -> bool:
    return bool(done.leaks) or (done.hidden > 0 and not done.written)


def _told(done: Scrubbed, *, check: bool) -> str:
    from pytest_argot.report.wording import count, place

    file = place(str(done.path), 0)
    lines: list[str] = []
    if done.hidden:
        number = count(done.hidden, "interaction")
        verb = "masked" if done.written else "to be masked"
        foreign = "" if done.ours or done.written else f" ({_foreign(done, check=check)})"
        lines.append(f"{file}: {number} {verb}{foreign}\n")
    lines += [
        f"{file}:{leak.line}:{leak.column}: {leak.rule}:{leak.fingerprint}\n" for leak in done.leaks
    ]
    return "".join(lines)


def _foreign(done: Scrubbed, *, check: bool) -> str:
    if done.path.suffix == ".json":
        return "JSON of another tool is left alone: record anew"
    return "of another tool" if check else "of another tool: --all-formats rewrites it as ours"


def _sum_up(done: Sequence[Scrubbed], *, check: bool) -> None:
    from pytest_argot.report.wording import count

    number = sum(each.hidden > 0 if check else each.written for each in done)
    verb = "to be masked" if check else "masked"
    write(f"{number} of {count(len(done), 'cassette')} {verb}\n")
    if leaks := sum(len(each.leaks) for each in done):
        places = "1 place looks" if leaks == 1 else f"{leaks:,} places look"
        complain(f"{places} like a secret\n  fix:   {_RULE}")
