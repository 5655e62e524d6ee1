"""``argot check``: judge a tree of cassettes offline."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pytest_argot.cli.arguments import PATHS
from pytest_argot.cli.screen import complain, draw, drawn, write
from pytest_argot.errors import Misuse
from pytest_argot.settings import FAIL_ON, PROFILES, STALE

if TYPE_CHECKING:
    from pytest_argot.report.outcome import Outcome


@click.command(short_help="Judge a tree of cassettes.")
@PATHS
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--output", type=click.Path(), metavar="FILE", help="Write there instead.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="Lowest level that gives exit 1.")
@click.option("--profile", type=click.Choice(list(PROFILES)), help="Named set of levels.")
@click.option("--max-age", metavar="AGE", help="Older cassettes are stale: 90d, 12w, 1y.")
@click.option("--stale", type=click.Choice(STALE), help="What to do about stale cassettes.")
@click.option(
    "--config",
    "--argot-config",
    type=click.Path(),
    metavar="FILE",
    help="Settings file instead of the nearest one at or above each path.",
)
def check(
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    config: str | None,
    **flags: str | None,
) -> int:
    """Judge the cassettes at or below PATHS (default: the settings' folder), offline.

    Exit code: 0 clean, 1 findings at or above the failing level (or stale cassettes, where those
    are to fail), 2 wrong use or a cassette that cannot be read.
    """
    from pytest_argot.cli import judging

    found = judging.check(paths, {word: text for word, text in flags.items() if text}, config)
    if not found.cassettes:
        complain("no cassettes found")
    if output is not None:
        _save(Path(output), _text(found, form))
    elif form == "json":
        write(_text(found, form))
    else:
        from pytest_argot.report.check_text import print_check

        draw(partial(print_check, found))
    return found.exit_code


def _text(found: Outcome, form: str) -> str:
    if form == "json":
        from pytest_argot.report.check_json import check_json

        return check_json(found)
    from pytest_argot.report.check_text import print_check

    return drawn(partial(print_check, found))


def _save(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Misuse(f"cannot write the report: {error.strerror}", where=str(file)) from error
