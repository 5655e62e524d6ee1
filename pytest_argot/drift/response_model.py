"""A type that judges responses: its name in reports, and its validator."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import GenericAlias
from typing import Any

from pydantic import TypeAdapter

from pytest_argot.drift.annotations import spelled
from pytest_argot.errors import Misuse


@dataclass(frozen=True, slots=True)
class ResponseModel:
    """A pydantic model, or any other type pydantic can validate.

    ``name`` is ``module:Class``; a type without a name of its own (a union, say) is spelled out.
    """

    name: str
    type: Any
    adapter: TypeAdapter[Any]

    @property
    def ours(self) -> bool:
        """Whether the type is of this package, whose ``| None`` always means "may be null"."""
        return self.name.startswith("pytest_argot.models")


def build(kind: Any, reference: str = "", where: str = "") -> ResponseModel:
    """Make the response model of a type; ``Misuse`` for a type pydantic cannot validate.

    ``reference`` names a type that has no name of its own.
    """
    name = _name(kind, reference)
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        adapter.rebuild(raise_errors=True)
    except Exception as error:  # a type of the user's may raise anything while it is read
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Misuse(
            f"{name} cannot be a response model: {reason}",
            where=where,
            fix="give a pydantic model or a type that pydantic.TypeAdapter accepts",
        ) from error
    return ResponseModel(name, kind, adapter)


def imported(reference: str, where: str = "") -> Any:
    """Import ``"package.module:Name"``; ``Misuse`` when there is no such thing."""
    module, _, name = reference.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # a user's module may raise anything while it is imported
        raise Misuse(
            f"cannot import {reference!r}: {type(error).__name__}: {error}",
            where=where,
            fix='use an import name like "myapp.types:Completion" that this Python can import',
        ) from error
    return found


def _name(kind: Any, reference: str) -> str:
    if isinstance(kind, type) and not isinstance(kind, GenericAlias):
        return f"{kind.__module__}:{kind.__qualname__}"
    return reference or spelled(kind)
