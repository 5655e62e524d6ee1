"""Checks of single values: each returns the value in its final form or raises ``Misuse``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeGuard

from pytest_argot.errors import Misuse

Check = Callable[[str, Any, str], Any]
"""Takes the key, the value and where it stands; gives the value to keep."""

HOST: Final = r"^([A-Za-z0-9_.*?-]+|\[[0-9A-Fa-f:.*]+\])(:([0-9]{1,5}|\*))?$"
"""What a host pattern may look like, as a regular expression that JSON schema knows too."""

PACE: Final = r"^(instant|recorded|[0-9]+(\.[0-9]+)?)$"
"""What a pace may look like, the same way."""

AGE: Final = r"^(never|[0-9]{1,5}[dwy])$"
"""What an age may look like, the same way."""

REFERENCE: Final = r"^[^:]+:.+$"
"""What an import name may look like, the same way."""


def is_list(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether a value is a list of something."""
    return isinstance(value, list | tuple)


def is_table(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether a value is a table of something."""
    return isinstance(value, Mapping)


def refuse(key: str, value: object, allowed: str, where: str) -> Misuse:
    """Build the error for a value that is not allowed."""
    return Misuse(
        f"{key} = {value!r} is not allowed",
        where=where,
        fix=f"use {allowed}",
    )


def unknown(key: str, allowed: Iterable[str], where: str, what: str) -> Misuse:
    """Build the error for a key nobody knows."""
    return Misuse(
        f"unknown {what} {key!r}",
        where=where,
        fix=f"use one of: {', '.join(sorted(allowed))}",
    )


def one_of(*allowed: str) -> Check:
    """Accept one of the given words."""

    def check(key: str, value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise refuse(key, value, "one of: " + ", ".join(allowed), where)
        return value

    return check


def text(key: str, value: Any, where: str) -> str:
    """Accept a non-empty string."""
    if not isinstance(value, str) or not value:
        raise refuse(key, value, "a non-empty string", where)
    return value


def pace(key: str, value: Any, where: str) -> str:
    """Accept ``instant``, ``recorded`` or a factor of the recorded delays, as text."""
    if not isinstance(value, str) or not re.match(PACE, value):
        raise refuse(key, value, 'one of: instant, recorded, or a factor like "0.5"', where)
    return value


def age(key: str, value: Any, where: str) -> str:
    """Accept ``never``, or a number of days, weeks or years."""
    if not isinstance(value, str) or not re.match(AGE, value):
        raise refuse(key, value, 'never, or days, weeks or years like "90d", "12w", "1y"', where)
    return value


def flag(key: str, value: Any, where: str) -> bool:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise refuse(key, value, "true or false", where)
    return value


def texts(key: str, value: Any, where: str) -> tuple[str, ...]:
    """Accept a list of strings (a single string counts as a list of one)."""
    items: Any = (value,) if isinstance(value, str) else value
    if not is_list(items) or not all(isinstance(item, str) and item for item in items):
        raise refuse(key, value, "a list of strings", where)
    return tuple(items)


def hosts(key: str, value: Any, where: str) -> tuple[str, ...]:
    """Accept a list of host patterns, ``name`` or ``name:port``, with ``*``.

    Gives them in lower case, and IPv6 addresses without brackets: those mean something in globs.
    """
    items = texts(key, value, where)
    for item in items:
        if not re.match(HOST, item):
            allowed = 'hosts without scheme and path, like "localhost:9200" or "*.sentry.io"'
            raise refuse(key, item, allowed, where)
    return tuple(item.lower().replace("[", "").replace("]", "") for item in items)


def text_map(key: str, value: Any, where: str) -> dict[str, str]:
    """Accept a table of strings."""
    if not is_table(value) or not all(isinstance(text, str) for text in (*value, *value.values())):
        raise refuse(key, value, "a table of strings", where)
    return dict(value)


def reference(key: str, value: Any, where: str) -> str:
    """Accept the import name of an object, ``package.module:Name``."""
    if not isinstance(value, str) or not re.match(REFERENCE, value):
        raise refuse(key, value, 'an import name like "myapp.types:Completion"', where)
    return value


def anything(_key: str, value: Any, _where: str) -> Any:
    """Accept any object (a model class, a matcher function)."""
    return value
