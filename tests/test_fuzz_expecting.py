"""What a variant is expected to raise."""

from __future__ import annotations

import pytest

from pytest_argot.fuzz.expecting import describes, expected
from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.planning import variants
from tests.drift_material import body, interaction, routes

KEYS = [
    ("choices[*].finish_reason=content_filter", "finish_reason=content_filter", True),
    ("choices[0].finish_reason=content_filter", "finish_reason=content_filter", True),
    ("**.finish_reason=content_filter", "finish_reason=content_filter", True),
    ("finish_reason=content_filter", "finish_reason=content_filter", True),
    ("finish_reason=content_filter", "finish_reason=content_filter~2", True),
    ("choices[*].finish_reason=content_filter", "finish_reason=content_filter~2", True),
    ("finish_reason=content_filter~2", "finish_reason=content_filter~2", True),
    ("finish_reason=content_filter~2", "finish_reason=content_filter", False),
    ("choices[*].finish_reason=length", "finish_reason=content_filter", False),
    ("choices[1].finish_reason=content_filter", "finish_reason=content_filter", False),
    ("usage=absent", "usage.completion_tokens=absent", False),
    ("usage.*=absent", "usage.completion_tokens=absent", True),
    ("choices=content_filter", "finish_reason=content_filter", False),
    ("429-then-recorded", "429-then-recorded", True),
    ("choices[=x", "429-then-recorded", False),
]


@pytest.mark.parametrize(("key", "name", "meant"), KEYS)
def test_describes(key: str, name: str, meant: bool) -> None:  # noqa: FBT001 - a row of the table
    """A key means the variant with that id, or with that value at a path it selects."""
    pair = [interaction(body()), interaction(body())]
    found = variants(pair, routes(), Fuzz(families=("valid", "http")), full=True)
    (variant,) = [each for each in found if each.id == name]
    assert describes(key, variant) is meant


def test_expected() -> None:
    """The exceptions of the first key that fits, or none."""
    (variant,) = variants([interaction(body())], routes(), Fuzz(limit=1))
    first = {"choices[*].finish_reason=length": ValueError, "finish_reason=length": KeyError}
    assert expected(Fuzz(expect=first), variant) == (ValueError,)
    assert expected(Fuzz(), variant) == ()
