"""Fuzz plans: what is allowed, how they compare and how they are written."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import pytest

from pytest_argot.errors import Misuse
from pytest_argot.fuzz.fuzz import FAMILIES, Fuzz


def test_defaults() -> None:
    """A plan without arguments varies what is valid, 24 times at most, and searches nothing."""
    plan = Fuzz()
    assert (plan.selectors, plan.families, plan.limit) == ((), frozenset({"valid"}), 24)
    assert (plan.search, plan.seed, plan.raises, plan.expect) == (0, 0, (), {})


FORMS: list[tuple[Any, Fuzz | None]] = [
    (None, None),
    (False, None),
    (True, Fuzz()),
    ("usage.*", Fuzz("usage.*")),
    (["usage.*", "!usage.total_tokens"], Fuzz("usage.*", "!usage.total_tokens")),
    (Fuzz("**", limit=3), Fuzz("**", limit=3)),
]


@pytest.mark.parametrize(("given", "plan"), FORMS)
def test_of(given: Any, plan: Fuzz | None) -> None:
    """The option takes True, one selector, a list of them or a plan; None and False are none."""
    assert Fuzz.of(given) == plan


@pytest.mark.parametrize("given", [1, [], [1], {}, "", "choices[", object()])
def test_of_something_else(given: Any) -> None:
    """Anything else is a misuse that says what is allowed."""
    with pytest.raises(Misuse) as caught:
        Fuzz.of(given)
    assert "use " in caught.value.fix


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"families": "sound"}, "'sound'"),
    ({"families": ("valid", "sound")}, "'sound'"),
    ({"families": ()}, "families"),
    ({"families": 3}, "families"),
    ({"limit": -1}, "limit"),
    ({"limit": True}, "limit"),
    ({"search": 1.5}, "search"),
    ({"seed": "1"}, "seed"),
    ({"raises": ValueError()}, "raises"),
    ({"raises": (ValueError, "x")}, "raises"),
    ({"expect": {"usage=absent": int}}, "usage=absent"),
    ({"expect": {1: ValueError}}, "1"),
    ({"expect": [ValueError]}, "expect"),
]


@pytest.mark.parametrize(("options", "word"), WRONG)
def test_wrong_options(options: dict[str, Any], word: str) -> None:
    """A wrong option is a misuse that names it."""
    with pytest.raises(Misuse, match=word.replace("[", r"\[")):
        Fuzz(**options)


def test_one_family_may_be_a_bare_word() -> None:
    """A bare string is one family, not its letters."""
    assert Fuzz(families="http").families == {"http"}
    assert Fuzz(families=FAMILIES).families == set(FAMILIES)


def test_one_exception_may_be_bare() -> None:
    """Exceptions may come alone or in a tuple, as for ``except``."""
    plan = Fuzz(raises=ValueError, expect={"usage=absent": KeyError})
    assert plan.raises == (ValueError,)
    assert plan.expect == {"usage=absent": (KeyError,)}


def test_value() -> None:
    """Plans compare and hash by value, do not change, and survive pickling."""
    one = Fuzz("usage", families=("drift", "valid"), expect={"a=b": KeyError})
    other = Fuzz("usage", families=["valid", "drift"], expect={"a=b": (KeyError,)})
    assert one == other
    assert hash(one) == hash(other)
    assert one != Fuzz("usage")
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own
    with pytest.raises(AttributeError, match="limit"):
        one.limit = 3  # type: ignore[misc]
    with pytest.raises(AttributeError, match="limit"):
        del one.limit


def test_repr() -> None:
    """A plan is written as the call that makes it."""
    assert repr(Fuzz()) == "Fuzz()"
    plan = Fuzz(
        "usage.*",
        "!usage.total_tokens",
        families={"http", "valid"},
        limit=3,
        raises=(ValueError, KeyError),
        expect={"usage=absent": KeyError},
    )
    written = (
        "Fuzz('usage.*', '!usage.total_tokens', families={'valid', 'http'}, limit=3, "
        "raises=(ValueError, KeyError), expect={'usage=absent': KeyError})"
    )
    assert repr(plan) == written
    assert eval(written, {"Fuzz": Fuzz}) == plan  # noqa: S307 - our own


def test_cheap_to_import() -> None:
    """Importing a plan and a variant loads nothing heavy."""
    code = (
        "import sys, pytest_argot.fuzz.fuzz, pytest_argot.fuzz.variant;"
        "print([n for n in ('pydantic', 'yaml', 'vcr', 'pytest', 'hypothesis') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
