"""What the fixtures of a test did while they were set up."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class SetUp:
    """The function-scoped fixtures of a test by what they did, in the order they were set up.

    ``asked`` made a request, ``read`` made something of a data fixture, ``held`` the tape.
    """

    asked: list[str] = field(default_factory=list[str])
    read: list[str] = field(default_factory=list[str])
    held: list[str] = field(default_factory=list[str])
