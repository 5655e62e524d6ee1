"""Texts that fit a pattern."""

from __future__ import annotations

import re

import pytest

from pytest_argot.fuzz.pattern import fitting

PATTERNS = [
    r"^[A-Z][a-z]+$",
    r"^cmpl-[A-Za-z0-9]{29}$",
    r"^\d{4}-\d{2}-\d{2}$",
    r"^(stop|length)$",
    r"^(?:a|b)+c?$",
    r"^(?P<year>\d+)\.(\w*)$",
    r"^[^a-z]{3,5}$",
    r"^[]x]+$",
    r"^[\w.+-]+@[\w-]+\.\w{2,}$",
    r"^#[0-9a-f]{6}$",
    r"a.c",
    r"^$",
    r"^\s*\S{0,3}$",
    r"^x{0}y$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_fits(pattern: str) -> None:
    """The made text fits."""
    made = fitting(pattern)
    assert made is not None
    assert re.search(pattern, made)


@pytest.mark.parametrize("pattern", [r"(", r"^(?=.*\d)x$", r"^(a)\1$", "[", r"(?i)^\bA\Z"])
def test_gives_up(pattern: str) -> None:
    """What is beyond it gives nothing, or something that fits after all."""
    made = fitting(pattern)
    assert made is None or re.search(pattern, made)
