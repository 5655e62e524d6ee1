"""What is said of a recording that still holds what looks like a secret."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pytest_argot.cassette.corruption import shown
from pytest_argot.errors import SecretFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_argot.wire.secrets import Leak


def secret_found(path: Path, kept: Path, leaks: Sequence[Leak]) -> SecretFound:
    """Make the error of a cassette not written for its leaks, which are those in ``kept``."""
    first = leaks[0]
    return SecretFound(
        f"{shown(path)} was not written: {described(leaks)}",
        where=f"{shown(kept)}:{first.line}:{first.column} (blanked there)",
        fix='add a rule to mask = ["re:...=<secret>"] in [tool.argot], then record again\n'
        f"  or:    if the blanks are welcome: argot keep {shlex.quote(shown(kept))} --force\n"
        f"  or:    if it is no secret: {_accepting(kept, leaks)}, then record again",
    )


def _accepting(kept: Path, leaks: Sequence[Leak]) -> str:
    """Give the command that accepts what only looks like a secret."""
    prints = dict.fromkeys(f"--secret {each.rule}:{each.fingerprint}" for each in leaks)
    return f"argot accept {shlex.quote(shown(kept))} {' '.join(prints)} --reason '...'"


def described(leaks: Sequence[Leak]) -> str:
    """Count the places and name the rules, for a sentence."""
    rules = ", ".join(sorted({leak.rule for leak in leaks}))
    if len(leaks) == 1:
        return f"one place in it still looks like a secret ({rules})"
    return f"{len(leaks)} places in it still look like a secret ({rules})"
