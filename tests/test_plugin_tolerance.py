"""What a test may raise under a variant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.variant import Variant
from pytest_argot.plugin.tolerance import allowed, is_one_of, worded


class AppError(Exception):
    """An error of a program."""


class BlockedError(AppError):
    """A smaller one."""


def variant(*, valid: bool = True) -> Variant:
    """Give a changed finish reason."""
    return Variant(
        id="finish_reason=content_filter",
        family="valid",
        path="choices[0].finish_reason",
        old='"stop"',
        new='"content_filter"',
        valid=valid,
        interaction=0,
        make=tuple,
        then="end",
    )


def test_only_an_invalid_answer_is_a_reason_to_raise() -> None:
    """``raises`` holds for invalid variants; what must be raised may be, whatever it says."""
    fuzz = Fuzz(raises=AppError)
    assert allowed(fuzz, variant()) == ()
    assert allowed(fuzz, variant(valid=False)) == (AppError,)
    strict = Fuzz(raises=AppError, expect={"finish_reason=content_filter": BlockedError})
    assert allowed(strict, variant(valid=False)) == allowed(strict, variant()) == (BlockedError,)


def test_a_combination_allows_what_its_parts_are_expected_to_raise() -> None:
    """Beside that an invalid one allows what every invalid variant does."""
    fuzz = Fuzz(raises=KeyError, expect={"finish_reason=content_filter": BlockedError})
    part = variant()
    whole = replace(part, id="a+b", path="a, b", parts=(replace(part, id="a"), part))
    assert allowed(fuzz, whole) == (BlockedError,)
    assert allowed(fuzz, replace(whole, valid=False)) == (BlockedError, KeyError)


GROUPS: list[tuple[BaseException, bool]] = [
    (BlockedError(), True),
    (ValueError(), False),
    (ExceptionGroup("all", [AppError(), ExceptionGroup("deep", [BlockedError()])]), True),
    (ExceptionGroup("some", [AppError(), ValueError()]), False),
    (BaseExceptionGroup("bases", [KeyboardInterrupt()]), False),
]


@pytest.mark.parametrize(("error", "allowed_one"), GROUPS)
def test_groups_hold_nothing_else(error: BaseException, allowed_one: bool) -> None:  # noqa: FBT001
    """A group is allowed when all in it are."""
    assert is_one_of(error, (AppError,)) is allowed_one


def test_nothing_is_allowed_where_nothing_was_said() -> None:
    """No kinds, no error."""
    assert not is_one_of(AppError(), ())
    assert worded((AppError, KeyError)) == "AppError or KeyError"
