"""One description, one check and one JSON schema for every key of ``[tool.argot]``."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.settings import checks, layout, overrides
from pytest_argot.settings.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORD_MODES: Final = ("none", "once", "new_episodes", "update", "rewrite", "all", "verify")
RECORD_SYNONYMS: Final[Mapping[str, str]] = MappingProxyType({"all": "rewrite"})
FAIL_ON: Final = ("error", "warn", "info", "never")
LEVELS: Final = ("error", "warn", "info")
UNPLAYED: Final = ("ignore", "warn", "fail")
STALE: Final = ("ignore", "warn", "fail")
MATCH_ON: Final = ("method", "scheme", "host", "port", "path", "query", "body")

Schema = dict[str, Any]
"""A JSON schema, draft 7."""

TEXT: Final[Schema] = {"type": "string", "minLength": 1}
FLAG: Final[Schema] = {"type": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSetting:
    """One ``[[tool.argot.routes]]`` entry: which requests, and what judges their responses."""

    match: str
    model: str | None = None
    chunk_model: str | None = None
    dialect: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of one key.

    ``check`` gives the value in its final form or raises ``Misuse``; ``schema`` accepts what
    ``check`` accepts; ``about`` is said in the flag's help, the schema and the docs.
    """

    about: str
    check: checks.Check
    schema: Schema

    @property
    def is_scalar(self) -> bool:
        """Whether a flag can hold the value."""
        return self.schema.get("type") in {"string", "boolean"}

    def from_flag(self, text: str) -> object:
        """Give the value a flag's text stands for; unchecked."""
        return {"true": True, "false": False}.get(text, text) if self.schema == FLAG else text


def record(key: str, value: Any, where: str) -> str:
    """Accept a record mode; synonyms become the mode they stand for."""
    mode: str = checks.one_of(*RECORD_MODES)(key, value, where)
    return RECORD_SYNONYMS.get(mode, mode)


def _words(*allowed: str) -> Schema:
    return {"type": "string", "enum": list(allowed)}


def _list(item: Schema) -> Schema:
    """Give the schema of a list that a single item may stand for."""
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _match_on(key: str, value: Any, where: str) -> tuple[str, ...]:
    parts = checks.texts(key, value, where)
    for part in parts:
        checks.one_of(*MATCH_ON)(key, part, where)
    return parts


def _levels(key: str, value: Any, where: str) -> dict[str, str]:
    checked = checks.text_map(key, value, where)
    for kind, level in checked.items():
        checks.one_of(*LEVELS)(f"{key}.{kind!r}", level, where)
    return checked


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


def _overrides(key: str, value: Any, where: str) -> tuple[overrides.Override, ...]:
    allowed = {name: check for name, check in CHECKS.items() if name != "overrides"}
    return overrides.overrides(key, value, where, allowed)


ROUTE_CHECKS: Final[Mapping[str, checks.Check]] = MappingProxyType(
    {
        "match": checks.text,
        "model": checks.reference,
        "chunk_model": checks.reference,
        "dialect": checks.text,
    }
)

_REFERENCE: Final[Schema] = {"type": "string", "pattern": checks.REFERENCE}
_ROUTE: Final[Schema] = {
    "type": "object",
    "properties": {
        "match": TEXT,
        "model": _REFERENCE,
        "chunk_model": _REFERENCE,
        "dialect": TEXT,
    },
    "required": ["match"],
    "additionalProperties": False,
}

KEYS: Final[Mapping[str, Key]] = MappingProxyType(
    {
        "cassettes": Key(
            "folder of the cassettes, relative to the settings file; may hold "
            "{test_dir} and {module}",
            layout.cassettes,
            {"type": "string", "minLength": 1, "pattern": layout.PATTERN},
        ),
        "record": Key("record mode: " + ", ".join(RECORD_MODES), record, _words(*RECORD_MODES)),
        "record_errors": Key(
            "record transient errors that a retry overcame, too", checks.flag, FLAG
        ),
        "fail_on": Key(
            "lowest level of drift that fails a test: " + ", ".join(FAIL_ON) + " (default: the "
            "profile's, error in most)",
            checks.one_of(*FAIL_ON),
            _words(*FAIL_ON),
        ),
        "profile": Key(
            "named set of levels and fail_on, which give way to those said one by one: "
            + ", ".join(PROFILES),
            checks.one_of(*PROFILES),
            _words(*PROFILES),
        ),
        "unplayed": Key(
            "interactions a passing test did not ask for: " + ", ".join(UNPLAYED),
            checks.one_of(*UNPLAYED),
            _words(*UNPLAYED),
        ),
        "max_age": Key(
            "age from which a cassette is stale, in days, weeks or years such as 90d, or never",
            checks.age,
            {"type": "string", "pattern": checks.AGE},
        ),
        "stale": Key(
            "what to do about stale cassettes: " + ", ".join(STALE),
            checks.one_of(*STALE),
            _words(*STALE),
        ),
        "pace": Key(
            "delays of replayed streams: instant, recorded, or a factor of the recorded ones",
            checks.pace,
            {"type": "string", "pattern": checks.PACE},
        ),
        "block_network": Key(
            "block connections that leave the machine during the whole session",
            checks.flag,
            FLAG,
        ),
        "match_on": Key("what makes two requests equal", _match_on, _list(_words(*MATCH_ON))),
        "mask": Key("mask rules, besides the built-in ones", checks.texts, _list(TEXT)),
        "keep_headers": Key("headers to keep besides the allowed ones", checks.texts, _list(TEXT)),
        "passthrough": Key(
            "hosts that are never recorded, matched or blocked",
            checks.hosts,
            _list({"type": "string", "pattern": checks.HOST}),
        ),
        "replay_env": Key(
            "environment variables to set, where unset, while replaying",
            checks.text_map,
            _map({"type": "string"}),
        ),
        "levels": Key("levels of drift, by kind or kind:path", _levels, _map(_words(*LEVELS))),
        "routes": Key(
            "which model judges which requests", _routes, {"type": "array", "items": _ROUTE}
        ),
        "overrides": Key(
            "settings for some of the test files", _overrides, {"type": "array", "items": {}}
        ),
    }
)

CHECKS: Final[Mapping[str, checks.Check]] = MappingProxyType(
    {name: key.check for name, key in KEYS.items()}
)
