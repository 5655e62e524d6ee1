"""The message of a request that found no answer."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.differences import closest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_argot.cassette.interaction import Interaction, Request
    from pytest_argot.cassette.matching import Matcher
    from pytest_argot.tape.plan import Plan

PACKAGE = Path(__file__).resolve().parent.parent
BODY_SHOWN = 200


def explain(  # noqa: PLR0913 - the parts of the message
    plan: Plan,
    asked: Request,
    interactions: Sequence[Interaction],
    played: frozenset[int],
    matcher: Matcher,
    *,
    missing: bool,
) -> str:
    """Say what was asked, what comes closest and which command records it."""
    lines = [f"no recorded answer for {asked.method} {asked.url}"]
    lines += [f"  body:     {_shortened(asked.body)}"] if asked.body else []
    lines += [
        f"  asked at: {caller(plan.settings.root)}",
        f"  cassette: {plan.name}{_state(plan, missing=missing)}",
    ]
    if not missing:
        lines += _closest(asked, interactions, played, matcher)
    mode = "once" if missing else "new_episodes"
    return "\n".join([*lines, f"  record it: {plan.record_command(mode)}"])


def _state(plan: Plan, *, missing: bool) -> str:
    return f" (there is no such file; mode {plan.record})" if missing else f" (mode {plan.record})"


def _closest(
    asked: Request,
    interactions: Sequence[Interaction],
    played: frozenset[int],
    matcher: Matcher,
) -> list[str]:
    lines: list[str] = []
    for index, differences in closest(asked, interactions, matcher):
        recorded = interactions[index].request
        lines.append(f"  closest:  #{index} {recorded.method} {recorded.url}")
        if differences:
            lines += [f"            {difference}" for difference in differences]
        elif index in played:
            lines.append(
                "            the same request, already answered (allow_repeats=True repeats it)"
            )
    return lines or ["  closest:  nothing recorded resembles it"]


def _shortened(body: bytes) -> str:
    text = " ".join(body.decode("utf-8", "replace").split())
    return text if len(text) <= BODY_SHOWN else text[: BODY_SHOWN - 1] + "…"


def caller(root: Path) -> str:
    """Give ``file:line in function`` of the nearest code of the project under test."""
    for frame, line in traceback.walk_stack(None):
        file = Path(frame.f_code.co_filename)
        if not file.is_absolute() or PACKAGE in file.parents or "site-packages" in file.parts:
            continue
        if root in file.parents:
            return f"{file.relative_to(root)}:{line} in {frame.f_code.co_name}"
    return "outside the project (a thread or a library)"
