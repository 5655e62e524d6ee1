"""Accepting what the scan for secrets takes for one, and is none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cli.screen import write
from pytest_argot.cli.selection import plain, settings_for
from pytest_argot.drift.known import accept_secrets
from pytest_argot.errors import Misuse
from pytest_argot.report.wording import count, nearby

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_ALARM = re.compile(r"(?P<rule>[a-z][a-z0-9_-]*):(?P<fingerprint>[0-9a-f]{12})")


def accept_false_alarms(
    alarms: Sequence[str],
    paths: Sequence[str],
    config: str | None,
    reason: str,
    until: date | None,
) -> int:
    """Write alarms, ``RULE:FINGERPRINT`` each, into the file of known things; give the exit code.

    The file is that of the settings at or above the paths, or those in force here. Nothing is
    looked for: what was refused is blanked by now.
    """
    rules = dict(_parsed(each) for each in alarms)
    folders = [plain(path) for path in paths] or [Path.cwd()]
    for file in dict.fromkeys(settings_for(each, config).accepted_file for each in folders):
        accept_secrets(file, rules, reason, until)
        write("".join(f"  {fingerprint}  {rule}\n" for fingerprint, rule in rules.items()))
        write(f"accepted {count(len(rules), 'false alarm')} in {nearby(file)}\n")
    return 0


def _parsed(alarm: str) -> tuple[str, str]:
    found = _ALARM.fullmatch(alarm)
    if found is None:
        fix = "copy RULE:FINGERPRINT from the message, or from argot scrub --check"
        raise Misuse(f"--secret {alarm[:80]!r} names no false alarm", fix=fix)
    return found["fingerprint"], found["rule"]
