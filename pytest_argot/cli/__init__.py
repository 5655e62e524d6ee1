"""The command line ``argot``; nothing heavy is imported before a command runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code.

    ``argv``: the arguments without the program's name, default ``sys.argv[1:]``. 0 is success,
    1 findings (``check``) or a story that did not hold (``demo``), 2 wrong use or an unreadable
    file, 130 an interrupt.
    """
    from pytest_argot.cli.commands import run

    return run(argv)
