"""The lines of the terminal section about variants: how many, and what failed where."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING, TypedDict

from pytest_argot.fuzz.fuzz import FAMILIES
from pytest_argot.report.wording import clipped, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Line = tuple[str, str]


LEFT_OUT = "left out"
"""The outcome of a variant that was not run because the time for variants was over."""

_TIME = "--argot-fuzz-time"


class FoundNotes(TypedDict):
    """One failure that a search found: ``at``, ``error`` as below, ids of what was ``changed``."""

    at: str
    error: str
    changed: list[str]


class FuzzNotes(TypedDict, total=False):
    """What one variant of one test has to tell.

    ``variant``: its id. ``family``. ``outcome``: passed, failed, skipped, diverged, unasked or
    left out.
    ``rank``: its place in the plan, the simplest first. ``improvised``: requests answered without
    a recording. ``at``, ``error``: where the project's own code failed (``file:line``), and with
    what. ``found``: the failures of a search, ``left``: its combinations that were left out.
    """

    variant: str
    rank: int
    family: str
    outcome: str
    improvised: int
    at: str
    error: str
    found: list[FoundNotes]
    left: int


def fuzz_lines(variants: Sequence[FuzzNotes]) -> list[Line]:
    """Give the lines about variants, none where there were none.

    ``variants`` come in any order: workers of xdist end when they like.
    """
    if not variants:
        return []
    failed = [each for each in variants if each.get("outcome") == "failed"]
    return [(_head(variants), "red" if failed else ""), *_groups(failed)]


def _head(variants: Sequence[FuzzNotes]) -> str:
    outcomes = Counter(each.get("outcome", "") for each in variants)
    improvised = sum(bool(each.get("improvised")) for each in variants)
    counts = {"failed": outcomes["failed"], "improvised": improvised}
    counts |= {word: outcomes[word] for word in ("diverged", "unasked")}
    told = [f"{number:,} {word}" for word, number in counts.items() if number]
    run = [each for each in variants if each.get("outcome") != LEFT_OUT]
    head = ", ".join([count(len(run), "variant"), *told, *_left(variants)])
    return f"fuzz: {head} ({'; '.join(_families(run))})" if run else f"fuzz: {head}"


def _left(variants: Iterable[FuzzNotes]) -> Iterator[str]:
    """Say what the time was too short for."""
    left: Counter[str] = Counter()
    for each in variants:
        left["combination"] += each.get("left", 0)
        left["variant"] += each.get("outcome") == LEFT_OUT and "left" not in each
    told = [count(left[what], what) for what in ("variant", "combination") if left[what]]
    if told:
        yield f"{' and '.join(told)} left out ({_TIME})"


def _families(variants: Iterable[FuzzNotes]) -> Iterator[str]:
    families: dict[str, Counter[str]] = {}
    for each in variants:
        families.setdefault(each.get("family", ""), Counter())[each.get("outcome", "")] += 1
    order = [*(each for each in FAMILIES if each in families), *families]
    for family in dict.fromkeys(order):
        outcomes = families[family]
        failed = f", {outcomes['failed']:,} failed" if outcomes["failed"] else ""
        yield f"{family} {outcomes.total():,}{failed}"


def _in_plan(note: FuzzNotes) -> tuple[float, str]:
    """Give the place of a variant in its plan; a search has none and comes last."""
    return note.get("rank", inf), note.get("variant", "")


def _groups(failed: Iterable[FuzzNotes]) -> Iterator[Line]:
    """Group failures by the line and the error of the project's own code, the largest first."""
    groups: dict[tuple[str, str], list[list[str]]] = {}
    for each in sorted(failed, key=_in_plan):
        for one in each.get("found") or [_only(each)]:
            groups.setdefault((one["at"], one["error"]), []).append(one["changed"])
    for (at, error), ids in sorted(groups.items(), key=lambda group: -len(group[1])):
        simplest = clipped(" + ".join(one.replace("=", " ", 1) for one in ids[0]))
        yield f"  {at} {error} ← {count(len(ids), 'variant')}, simplest: {simplest}", "red"


def _only(note: FuzzNotes) -> FoundNotes:
    at, error = note.get("at", ""), note.get("error", "")
    return {"at": at, "error": error, "changed": [note.get("variant", "")]}
