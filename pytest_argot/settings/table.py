"""The table of settings: one frozen object, one description and one check per key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pytest_argot.settings import checks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RecordMode = Literal["none", "once", "new_episodes"]
FailOn = Literal["error", "warn", "info", "never"]

RECORD_MODES: tuple[str, ...] = ("none", "once", "new_episodes")
FAIL_ON: tuple[str, ...] = ("error", "warn", "info", "never")
LEVELS: tuple[str, ...] = ("error", "warn", "info")
UNPLAYED: tuple[str, ...] = ("ignore", "warn", "fail")
MATCH_ON: tuple[str, ...] = ("method", "scheme", "host", "port", "path", "query", "body")

KNOWN_SDK_KEYS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "OPENAI_API_KEY",
            "AZURE_OPENAI_API_KEY",
            "ANTHROPIC_API_KEY",
            "TOGETHER_API_KEY",
            "GROQ_API_KEY",
            "MISTRAL_API_KEY",
            "COHERE_API_KEY",
        ),
        "argot-replay",
    )
)
"""Set while replaying where unset: these SDKs refuse to build a client without a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSetting:
    """One ``[[tool.argot.routes]]`` entry: which requests, and what judges their responses."""

    match: str
    model: str | None = None
    chunk_model: str | None = None
    dialect: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in force for a test file or a command.

    ``root`` is the folder relative paths start from, ``file`` the settings file (``None``:
    defaults). Everything else is a key of ``[tool.argot]``.
    """

    root: Path
    file: Path | None = None
    cassettes: str = "cassettes"
    record: str = "none"
    match_on: tuple[str, ...] = MATCH_ON
    mask: tuple[str, ...] = ()
    keep_headers: tuple[str, ...] = ()
    fail_on: str = "error"
    levels: Mapping[str, str] = field(default_factory=dict[str, str])
    unplayed: str = "warn"
    replay_env: Mapping[str, str] = field(default_factory=lambda: KNOWN_SDK_KEYS)
    routes: tuple[RouteSetting, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of the cassettes."""
        return self.root / self.cassettes

    @property
    def accepted_file(self) -> Path:
        """The file of known things."""
        return self.folder / "argot-accepted.toml"

    def where(self) -> str:
        """How messages name the place these settings came from."""
        return f"{self.file} [tool.argot]" if self.file else "the defaults"

    def updated(self, values: Mapping[str, Any], where: str) -> Settings:
        """Give a copy with some keys replaced; ``Misuse`` for an unknown key or a bad value."""
        checked: dict[str, Any] = {}
        for key, value in values.items():
            check = CHECKS.get(key)
            if check is None:
                raise checks.unknown(key, CHECKS, where, "setting")
            checked[key] = check(key, value, where)
        return replace(self, **checked)


def _routes(key: str, value: Any, where: str) -> tuple[RouteSetting, ...]:
    if not checks.is_list(value) or not all(checks.is_table(item) for item in value):
        raise checks.refuse(key, value, "a list of tables: [[tool.argot.routes]]", where)
    return tuple(_route(item, f"{where} [[routes]] {n}") for n, item in enumerate(value, 1))


def _route(item: Mapping[str, Any], where: str) -> RouteSetting:
    for key in item:
        if key not in ROUTE_CHECKS:
            raise checks.unknown(key, ROUTE_CHECKS, where, "key of a route")
    if "match" not in item:
        raise checks.refuse("route", dict(item), 'a key match = "POST */v1/completions"', where)
    return RouteSetting(
        **{key: ROUTE_CHECKS[key](key, value, where) for key, value in item.items()}
    )


def _levels(key: str, value: Any, where: str) -> dict[str, str]:
    checked = checks.text_map(key, value, where)
    for kind, level in checked.items():
        checks.one_of(*LEVELS)(f"{key}.{kind!r}", level, where)
    return checked


def _match_on(key: str, value: Any, where: str) -> tuple[str, ...]:
    parts = checks.texts(key, value, where)
    for part in parts:
        checks.one_of(*MATCH_ON)(key, part, where)
    return parts


def _replay_env(key: str, value: Any, where: str) -> dict[str, str]:
    return {**KNOWN_SDK_KEYS, **checks.text_map(key, value, where)}


ROUTE_CHECKS: Mapping[str, checks.Check] = MappingProxyType(
    {
        "match": checks.text,
        "model": checks.reference,
        "chunk_model": checks.reference,
        "dialect": checks.text,
    }
)

CHECKS: Mapping[str, checks.Check] = MappingProxyType(
    {
        "cassettes": checks.text,
        "record": checks.one_of(*RECORD_MODES),
        "match_on": _match_on,
        "mask": checks.texts,
        "keep_headers": checks.texts,
        "fail_on": checks.one_of(*FAIL_ON),
        "levels": _levels,
        "unplayed": checks.one_of(*UNPLAYED),
        "replay_env": _replay_env,
        "routes": _routes,
    }
)

DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "cassettes": "folder of the cassettes, relative to the settings file",
        "record": "record mode: " + ", ".join(RECORD_MODES),
        "fail_on": "lowest level of drift that fails a test: " + ", ".join(FAIL_ON),
        "unplayed": "interactions a passing test did not ask for: " + ", ".join(UNPLAYED),
    }
)
"""One description per scalar, shared by its flag and the docs."""


def scalar_flags() -> dict[str, str]:
    """Map each flag's word to its description; the flag is ``--argot-<word with dashes>``."""
    return dict(DESCRIPTIONS)
