"""A missing key and an added one of the same object that are one key under another name."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from pytest_argot.drift.annotations import described
from pytest_argot.drift.declarations import declared, keys
from pytest_argot.drift.json_types import as_object, json_type
from pytest_argot.drift.pydantic_errors import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.wire.json_path import Path

ALIKE = 0.85
"""Lowest similarity (0 to 1) of two names, case and underscores aside, that are one name."""

_SHORTEST = 4


def joined_renames(root: Any, found: list[Diagnosis]) -> list[Diagnosis]:
    """Replace each missing and added pair by one ``field.renamed`` at the missing key's path.

    Its ``expected`` and ``actual`` are the two names, its ``value`` the new one.
    """
    pairs = dict(_pairs(root, found))
    gone = {id(added) for added in pairs.values()}
    result: list[Diagnosis] = []
    for each in found:
        added = pairs.get(id(each))
        if added is not None:
            old, new = str(each.path[-1]), str(added.path[-1])
            result.append(Diagnosis("field.renamed", each.path, old, new, new, new))
        elif id(each) not in gone:
            result.append(each)
    return result


def _pairs(root: Any, found: list[Diagnosis]) -> Iterator[tuple[int, Diagnosis]]:
    """Give pairs ``(id of the missing one, the added one)``, the most similar names first."""
    missing = [each for each in found if each.kind == "field.missing" and each.path]
    added = [each for each in found if each.kind == "field.added" and each.path]
    candidates = [
        (similarity(str(old.path[-1]), str(new.path[-1])), old, new)
        for old in missing
        for new in added
        if old.path[:-1] == new.path[:-1] and _may_hold(root, old, new.value)
    ]
    taken: set[int] = set()
    for alike, old, new in sorted(candidates, key=lambda each: -each[0]):
        if alike >= ALIKE and not {id(old), id(new)} & taken:
            taken |= {id(old), id(new)}
            yield id(old), new


def renamed_options(root: Any, document: Any, found: list[Diagnosis]) -> list[Diagnosis]:
    """Call an added key ``field.renamed`` where only case and underscores tell it from a field.

    The field is an optional one that is absent: nothing misses it, so that ``systemFingerprint``
    would be no more than news.
    """
    return [
        _option(root, document, each) if each.kind == "field.added" and each.path else each
        for each in found
    ]


def _option(root: Any, document: Any, added: Diagnosis) -> Diagnosis:
    new, parent = str(added.path[-1]), added.path[:-1]
    present = as_object(_at(document, parent))
    for name in keys(root, parent):
        if name not in present and similarity(name, new) == 1.0:
            path = (*parent, name)
            if _may_hold(root, replace(added, path=path), added.value):
                return Diagnosis("field.renamed", path, name, new, new, new)
    return added


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def similarity(old: str, new: str) -> float:
    """Say how alike two names are: 1.0 when only case, underscores and dashes differ."""
    first, second = _squashed(old), _squashed(new)
    if first == second:
        return 1.0
    if min(len(first), len(second)) < _SHORTEST:
        return 0.0
    return SequenceMatcher(None, first, second).ratio()


def _squashed(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def _may_hold(root: Any, missing: Diagnosis, value: Any) -> bool:
    """Tell whether the missing field could hold ``value``: a container is no scalar."""
    trail = declared(root, missing.path)
    if len(trail) < len(missing.path):
        return True
    words = described(trail[-1].annotation)
    kind = json_type(value)
    containers = [word for word in ("array", "object") if word in words]
    return kind in containers if kind in {"array", "object"} else words not in {"array", "object"}
