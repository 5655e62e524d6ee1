"""The options of one decorated test, checked and merged."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_argot.settings import checks
from pytest_argot.settings.keys import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What ``@argot_cassette`` was given; ``None`` means "not said here"."""

    names: tuple[str, ...] = ()
    record: str | None = None
    model: Any = None
    chunk_model: Any = None
    dialect: str | None = None
    match_on: tuple[Any, ...] | None = None
    mask: tuple[str, ...] | None = None
    fail_on: str | None = None
    levels: Mapping[str, str] | None = None
    fuzz: Any = None
    allow_repeats: bool | None = None
    allow_unplayed: bool | None = None
    passthrough: tuple[str, ...] | None = None
    record_errors: bool | None = None
    pace: str | None = None


def _match_on(key: str, value: Any, where: str) -> tuple[Any, ...]:
    """Accept what the setting does, and functions of a request in between."""
    items: Any = value if checks.is_list(value) else (value,)
    for item in items:
        if not callable(item):
            CHECKS["match_on"](key, item, where)
    return tuple(items)


OPTION_CHECKS: Mapping[str, checks.Check] = MappingProxyType(
    {
        "record": CHECKS["record"],
        "model": checks.anything,
        "chunk_model": checks.anything,
        "dialect": checks.text,
        "match_on": _match_on,
        "mask": checks.texts,
        "fail_on": CHECKS["fail_on"],
        "levels": CHECKS["levels"],
        "fuzz": checks.anything,
        "allow_repeats": checks.flag,
        "allow_unplayed": checks.flag,
        "passthrough": CHECKS["passthrough"],
        "record_errors": CHECKS["record_errors"],
        "pace": CHECKS["pace"],
    }
)


def options_of(calls: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]], where: str) -> Options:
    """Merge the decorator's calls on one test, nearest first, option by option.

    Each call is ``(args, kwargs)``. ``Misuse`` names the test, the option and what is allowed.
    """
    names: tuple[str, ...] = ()
    merged: dict[str, Any] = {}
    for args, kwargs in calls:
        names = names or tuple(checks.text("cassette name", name, where) for name in args)
        for key, value in kwargs.items():
            check = OPTION_CHECKS.get(key)
            if check is None:
                raise checks.unknown(key, OPTION_CHECKS, where, "option of argot_cassette")
            if value is not None:
                merged.setdefault(key, check(key, value, where))
    return Options(names=names, **merged)


def option_names() -> tuple[str, ...]:
    """Give the option names in their documented order."""
    return tuple(field.name for field in fields(Options) if field.name != "names")
