"""Arguments and options that several commands take."""

from __future__ import annotations

from typing import Final

import click

PATHS: Final = click.argument("paths", nargs=-1, type=click.Path())
CONFIG: Final = click.option(
    "--config", "--argot-config", type=click.Path(), metavar="FILE", help="Settings."
)
