"""What a tape is to do, worked out from decorator, flags and settings before it opens."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.settings import Options, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.fuzz.variant import Variant

PACES: Final[Mapping[str, float]] = MappingProxyType({"instant": 0.0, "recorded": 1.0})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One tape's orders.

    ``paths``: the cassettes to read, the first is written. ``record``: the mode in force.
    ``test``: the node id that owns what is recorded, ``""`` in a script. ``file``: where that test,
    or what opened the tape, is written. ``lenient``: a missing cassette matters at the first
    request only. ``disabled``: requests go live, nothing is judged.
    ``born_after``: a cassette recorded since then
    (RFC 3339, UTC) still counts as being recorded in mode ``once``.
    ``command``: how to run this again, without the record flag. ``here``: the working directory.
    ``unheard``: what asks for a writing mode in vain, because ``CI`` is set.
    ``fuzz``: what the test's answers are varied by, where they are; ``variant``: the change in
    force, ``None`` for the recorded answers.
    """

    paths: tuple[Path, ...]
    record: str
    settings: Settings
    options: Options = field(default_factory=Options)
    test: str = ""
    file: Path | None = None
    lenient: bool = False
    disabled: bool = False
    born_after: str = ""
    command: str = ""
    here: Path = field(default_factory=Path.cwd)
    unheard: str = ""
    fuzz: Fuzz | None = None
    variant: Variant | None = None

    @property
    def path(self) -> Path:
        """The cassette that is written."""
        return self.paths[0]

    @property
    def tests(self) -> tuple[str, ...]:
        """The node ids that own what is recorded: one, or none in a script."""
        return (self.test,) if self.test else ()

    @property
    def name(self) -> str:
        """The cassette's name as messages and commands show it, relative to ``here``."""
        return shown(self.path, self.here)

    @property
    def locked(self) -> bool:
        """Whether a decorator forbids to record, whatever the flag says."""
        return bool(self.command) and self.options.record == "none"

    @property
    def match_on(self) -> tuple[Any, ...]:
        """What makes two requests equal."""
        return self.options.match_on or self.settings.match_on

    @property
    def mask(self) -> tuple[str, ...]:
        """Mask rules: the settings' and the decorator's."""
        return (*self.settings.mask, *(self.options.mask or ()))

    @property
    def fail_on(self) -> str:
        """The lowest level of drift that fails."""
        return self.options.fail_on or self.settings.failing_level

    @property
    def levels(self) -> Mapping[str, str]:
        """Level overrides; the decorator's win."""
        return {**self.settings.levels, **(self.options.levels or {})}

    @property
    def allow_repeats(self) -> bool:
        """Whether one recorded answer may be given more than once."""
        return bool(self.options.allow_repeats)

    @property
    def passthrough(self) -> tuple[str, ...]:
        """Hosts whose requests are none of our business: the settings' and the decorator's.

        Lower-case patterns of ``host`` or ``host:port``, with ``*``.
        """
        return (*self.settings.passthrough, *(self.options.passthrough or ()))

    @property
    def record_errors(self) -> bool:
        """Whether transient errors that a retry overcame are recorded, too."""
        given = self.options.record_errors
        return self.settings.record_errors if given is None else given

    @property
    def pace(self) -> float:
        """How much of the recorded delays to keep: 0 for none, 1 for all of them."""
        said = self.options.pace or self.settings.pace
        return PACES[said] if said in PACES else float(said)

    @property
    def judged_by(self) -> Mapping[str, Any]:
        """The response models the decorator named."""
        return {
            "model": self.options.model,
            "chunk_model": self.options.chunk_model,
            "dialect": self.options.dialect,
        }

    def record_command(self, mode: str) -> str:
        """Give the command (or the line of a script) that records in the given mode."""
        if not self.command:
            name = self.options.names[0] if self.options.names else self.path.stem
            return f'use_cassette("{name}", record="{mode}")'
        command = f"{self.command} --argot-record={mode}"
        return (
            f'take record="none" out of the decorator, then {command}' if self.locked else command
        )

    @property
    def mode(self) -> str:
        """The mode in force as messages name it, with what holds it there."""
        return f"mode {self.record}; {self.held}" if self.held else f"mode {self.record}"

    @property
    def held(self) -> str:
        """What keeps the mode from being another one, ``""`` without such a thing."""
        if self.locked:
            return 'locked by record="none" in the decorator'
        return f"CI is set, so {self.unheard} does not count" if self.unheard else ""


def shown(path: Path, root: Path) -> str:
    """Give a path as messages show it: relative to the root where that is possible."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return str(path)
