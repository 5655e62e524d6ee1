"""An unused plugin costs nothing: what is imported, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HEAVY = ("vcr", "pydantic", "yaml", "hypothesis", "rich", "click", "tomlkit", "httpx", "openai")


def test_a_session_without_cassettes_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    """A pytest session that uses no cassette imports neither vcr nor pydantic nor yaml."""
    pytester.makepyfile(
        f"""
        import sys
        import pytest_argot

        def test_it():
            assert "pytest_argot.plugin" in sys.modules
            assert not [name for name in {HEAVY!r} if name in sys.modules]
        """
    )
    options = ["-p", "no:hypothesispytest", "-p", "no:recording", "-p", "no:anyio"]
    result = pytester.runpytest_subprocess(*options)
    result.assert_outcomes(passed=1)


def test_the_decorator_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    """Importing the decorator and collecting a decorated test imports nothing heavy either."""
    pytester.makepyfile(
        f"""
        import sys
        from pytest_argot import argot_cassette

        @argot_cassette("later")
        def test_it():
            pass

        def test_modules():
            assert not [name for name in {HEAVY!r} if name in sys.modules]
        """
    )
    options = ["-p", "no:hypothesispytest", "-p", "no:recording", "-p", "no:anyio", "-k", "modules"]
    result = pytester.runpytest_subprocess(*options)
    result.assert_outcomes(passed=1, deselected=1)


def test_a_guarded_session_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    """Blocking the network of undecorated tests needs none of it either."""
    pytester.makepyfile(
        f"""
        import socket, sys
        import pytest
        import pytest_argot

        def test_it():
            with pytest.raises(pytest_argot.NetworkBlocked):
                socket.create_connection(("192.0.2.1", 80))
            assert not [name for name in {HEAVY!r} if name in sys.modules]
        """
    )
    options = ["-p", "no:hypothesispytest", "-p", "no:recording", "-p", "no:anyio"]
    result = pytester.runpytest_subprocess(*options, "--argot-block-network=true")
    result.assert_outcomes(passed=1)
