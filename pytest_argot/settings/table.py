"""The settings in force: one frozen object."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.settings import checks
from pytest_argot.settings.keys import FLAG, KEYS, MATCH_ON, RouteSetting
from pytest_argot.settings.layout import Layout
from pytest_argot.settings.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pytest_argot.settings.overrides import Override

KNOWN_SDK_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(
        (
            "OPENAI_API_KEY",
            "AZURE_OPENAI_API_KEY",
            "ANTHROPIC_API_KEY",
            "TOGETHER_API_KEY",
            "GROQ_API_KEY",
            "MISTRAL_API_KEY",
            "CO_API_KEY",
            "COHERE_API_KEY",
            "GEMINI_API_KEY",
        ),
        "argot-replay",
    )
)
"""Set while replaying where unset: these SDKs refuse to build a client without a key.

Cohere's own SDK reads ``CO_API_KEY``. Of the two Google's reads, ``GEMINI_API_KEY`` is the one
that gives way to a real key in the other.
"""

_ADDING: Final = frozenset({"mask", "keep_headers", "passthrough"})
_MERGING: Final = frozenset({"levels", "replay_env"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in force for a test file or a command.

    ``root`` is the folder relative paths start from, ``file`` the settings file (``None``:
    defaults). ``main``: the same without overrides, where some are applied. Everything else is a
    key of ``[tool.argot]``.
    """

    root: Path
    file: Path | None = None
    main: Settings | None = None
    cassettes: str = "cassettes"
    record: str = "none"
    record_errors: bool = False
    match_on: tuple[str, ...] = MATCH_ON
    mask: tuple[str, ...] = ()
    keep_headers: tuple[str, ...] = ()
    passthrough: tuple[str, ...] = ()
    profile: str = "default"
    fail_on: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict[str, str])
    unplayed: str = "warn"
    max_age: str = "never"
    stale: str = "warn"
    pace: str = "instant"
    block_network: bool = False
    replay_env: Mapping[str, str] = field(default_factory=lambda: KNOWN_SDK_KEYS)
    routes: tuple[RouteSetting, ...] = ()
    overrides: tuple[Override, ...] = ()

    @property
    def layout(self) -> Layout:
        """Where the cassettes of a test file lie."""
        return Layout(self.root, self.cassettes)

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Every place cassettes may lie in, those of the overrides included."""
        others = (str(each.values.get("cassettes", self.cassettes)) for each in self.overrides)
        patterns = dict.fromkeys((self.cassettes, *others))
        return tuple(Layout(self.root, pattern) for pattern in patterns)

    @property
    def folder(self) -> Path:
        """The folder of the cassettes of a script; placeholders in it are left out."""
        return self.layout.folder

    @property
    def failing_level(self) -> str:
        """The lowest level that fails: ``fail_on``, or what the profile says where it is unsaid."""
        return self.fail_on or PROFILES[self.profile].fail_on

    @property
    def profile_levels(self) -> Mapping[str, str]:
        """The levels of kinds by the profile; ``levels`` beats them."""
        return PROFILES[self.profile].levels

    @property
    def accepted_file(self) -> Path:
        """The file of known things: one for a settings file, whatever its overrides say."""
        return (self.main or self).folder / "argot-accepted.toml"

    def where(self, key: str = "", item: str = "") -> str:
        """How messages name the place these settings came from.

        With a key, and an item of its list or table: that key, in the override that brought the
        item where it was one.
        """
        place = f"{self.file} [tool.argot]" if self.file else "the defaults"
        if item and item not in getattr(self.main or self, key):
            brought = (each.where for each in self.overrides if item in each.values.get(key, ()))
            place = next(brought, place)
        return f"{place} {key}" if key else place

    def updated(self, values: Mapping[str, Any], where: str) -> Settings:
        """Give a copy with some keys changed; ``Misuse`` for an unknown key or a bad value.

        Scalars and ``match_on`` are replaced. Masks, headers and hosts are added, entries of
        tables replace those of the same name, routes come before those that are there.
        """
        changed: dict[str, Any] = {}
        for name, value in values.items():
            key = KEYS.get(name)
            if key is None:
                raise checks.unknown(name, KEYS, where, "setting")
            changed[name] = self._joined(name, key.check(name, value, where))
        return replace(self, **changed)

    def flagged(self, flags: Mapping[str, str], where: str = "the command line") -> Settings:
        """Give a copy with the texts of flags applied; ``Misuse`` as ``updated``."""
        values = {name: KEYS[name].from_flag(text) for name, text in flags.items()}
        return self.updated(values, where)

    def for_test(self, test: Path) -> Settings:
        """Give the settings for a test file: with the overrides that fit, later ones winning."""
        in_force = self
        for override in self.overrides:
            if override.fits(test, self.root):
                in_force = in_force.updated(override.values, override.where)
        return self if in_force is self else replace(in_force, main=self)

    def for_tests(self, tests: Iterable[Path]) -> Settings:
        """Give the settings for what several test files share.

        Key by key what they agree on, and where they do not what holds without overrides; but
        every mask of theirs.
        """
        each = [self.for_test(test) for test in tests]
        agreed = {
            name: getattr(each[0], name)
            for name in KEYS
            if each and all(getattr(one, name) == getattr(each[0], name) for one in each)
        }
        agreed["mask"] = tuple(dict.fromkeys(rule for one in (self, *each) for rule in one.mask))
        shared = replace(self, **agreed)
        return self if shared == self else replace(shared, main=self)

    def _joined(self, name: str, value: Any) -> Any:
        present = getattr(self, name)
        if name in _MERGING:
            return {**present, **value}
        if name in _ADDING:
            return tuple(dict.fromkeys((*present, *value)))
        if name == "routes":
            return (*value, *present)
        return value


def scalar_flags() -> dict[str, str]:
    """Map each flag's word to its description; the flag is ``--argot-<word with dashes>``."""
    return {name: key.about for name, key in KEYS.items() if key.is_scalar}


def is_yes_or_no(name: str) -> bool:
    """Tell whether a key is true or false."""
    return KEYS[name].schema == FLAG
