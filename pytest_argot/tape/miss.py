"""The message of a request that found no answer."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from pytest_argot.cassette.differences import closest, is_other_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_argot.cassette.interaction import Interaction, Request
    from pytest_argot.cassette.matching import Matcher
    from pytest_argot.tape.plan import Plan
    from pytest_argot.tape.variation import Variation

PACKAGE = Path(__file__).resolve().parent.parent
BODY_SHOWN = 200
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Near: TypeAlias = "Sequence[tuple[int, list[str]]]"
"""The closest recordings: index, and in what they differ."""


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
    near = [] if missing else closest(asked, interactions, matcher)
    state = f"there is no such file; {plan.mode}" if missing else plan.mode
    lines = [f"no recorded answer for {asked.method} {asked.url}"]
    lines += [f"  body:     {_shortened(asked.body)}"] if asked.body else []
    lines += [f"  asked at: {caller(plan.settings.root)}", f"  cassette: {plan.name} ({state})"]
    if not missing:
        lines += _closest(near, interactions, played)
    mode = "once" if missing else _mode(plan, interactions, played)
    lines.append(f"  record it: {plan.record_command(mode)}")
    return "\n".join([*lines, *_other_address(asked, near)])


def read_on(plan: Plan, asked: Request) -> str:
    """Say that a client reads on where the recorded one had stopped."""
    return "\n".join(
        [
            f"the recording of {asked.method} {asked.url} ends here: its client stopped reading",
            f"  asked at: {caller(plan.settings.root)}",
            f"  cassette: {plan.name}",
            f"  record it: {plan.record_command('rewrite')}",
        ]
    )


def astray(plan: Plan, variation: Variation, asked: Request) -> str:
    """Say that under a variant a program asks for what nobody can improvise, or without end."""
    where = f"  asked at: {caller(plan.settings.root)}\n  cassette: {plan.name}"
    if variation.endless:
        return f"{variation.endless} is asked for again and again, without an end\n{where}"
    what = f"{asked.method} {asked.url}"
    return f"diverged: the variant leads to {what}, and nothing like it was recorded\n{where}"


def _mode(plan: Plan, interactions: Sequence[Interaction], played: frozenset[int]) -> str:
    """Give ``update`` where the test has recordings of its own that it did not ask for (yet).

    What was recorded for the old request would stay otherwise, and nobody would ask for it.
    """
    own = (index for index, each in enumerate(interactions) if plan.test in each.tests)
    return "update" if any(index not in played for index in own) else "new_episodes"


def _closest(near: Near, interactions: Sequence[Interaction], played: frozenset[int]) -> list[str]:
    lines: list[str] = []
    told: list[list[str]] = []
    for index, differences in near:
        if differences in told:
            continue
        told.append(differences)
        recorded = interactions[index].request
        lines.append(f"  closest:  #{index} {recorded.method} {recorded.url}")
        lines += [f"            {difference}" for difference in differences]
        if not differences and index in played:
            lines.append(
                "            the same request, already answered (allow_repeats=True repeats it)"
            )
    return lines or ["  closest:  nothing recorded resembles it"]


def _other_address(asked: Request, near: Near) -> list[str]:
    """Say what else helps where the address of the server is all that differs."""
    if not any(is_other_address(differences) for _, differences in near):
        return []
    host = urlsplit(asked.url).hostname or ""
    if host in LOOPBACK:
        return [f'  or, if the port changes from run to run: mask = ["host:{host}:*=llm"]']
    return ["  or set the base URL as it was when it was recorded"]


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
