"""``argot show``: a cassette as a person wants to read it."""

from __future__ import annotations

from functools import partial

import click

from pytest_argot.cli.arguments import CONFIG
from pytest_argot.cli.screen import draw


@click.command(short_help="Show what a cassette holds.")
@click.argument("file", type=click.Path())
@click.option("--full", is_flag=True, help="Print prompts and texts uncut.")
@CONFIG
def show(file: str, *, full: bool, config: str | None) -> int:
    """Show what the cassette FILE holds: requests, answers, usage, drift."""
    from pytest_argot.cli.judging import judge_one
    from pytest_argot.cli.selection import one
    from pytest_argot.report.show import print_cassette

    judged = judge_one(one(file, config))
    draw(partial(print_cassette, judged.cassette, judged.findings, full=full))
    return 0
