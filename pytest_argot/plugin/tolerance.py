"""What a test may raise under a variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_argot.fuzz.expecting import expected

if TYPE_CHECKING:
    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.fuzz.variant import Variant

Kinds = tuple[type[BaseException], ...]


def allowed(fuzz: Fuzz, variant: Variant) -> Kinds:
    """Give what a test may raise under a variant: only an invalid one is a reason to.

    A combination allows what any of its parts is expected to raise.
    """
    must = expected(fuzz, variant)
    for part in variant.parts:  # a combination: whichever of them is noticed first
        must += expected(fuzz, part)
    if must and not variant.parts:
        return must
    return must + (() if variant.valid else fuzz.raises)


def is_one_of(error: BaseException, kinds: Kinds) -> bool:
    """Tell whether an error, or every one of a group, is of the given kinds."""
    if isinstance(error, kinds):
        return True
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return bool(inner) and all(is_one_of(each, kinds) for each in inner)


def worded(kinds: Kinds) -> str:
    """Name kinds of errors."""
    return " or ".join(kind.__qualname__ for kind in kinds)
