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


class FuzzNotes(TypedDict, total=False):
    """What one variant of one test has to tell.

    ``variant``: its id. ``family``. ``outcome``: passed, failed, skipped, diverged or unasked.
    ``rank``: its place in the plan, the simplest first. ``improvised``: requests answered without
    a recording. ``at``, ``error``: where the project's own code failed (``file:line``), and with
    what.
    """

    variant: str
    rank: int
    family: str
    outcome: str
    improvised: int
    at: str
    error: str


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
    head = ", ".join([count(len(variants), "variant"), *told])
    return f"fuzz: {head} ({'; '.join(_families(variants))})"


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
    groups: dict[tuple[str, str], list[str]] = {}
    for each in sorted(failed, key=_in_plan):
        place = each.get("at", ""), each.get("error", "")
        groups.setdefault(place, []).append(each.get("variant", ""))
    for (at, error), ids in sorted(groups.items(), key=lambda group: -len(group[1])):
        simplest = clipped(ids[0].replace("=", " ", 1))
        yield f"  {at} {error} ← {count(len(ids), 'variant')}, simplest: {simplest}", "red"
