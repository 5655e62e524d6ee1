"""Mask rules of a user: ``WHERE:TARGET[=WITH]``.

::

    header:x-tenant=acme        a header, * allowed
    query:token                 a query parameter or form field, * allowed
    body:$.user                 a JSONPath into JSON bodies and events of a stream
    host:*.azure.com=llm        the host of the URL, * allowed, with or without a port
    re:UUID=<uuid>              a regular expression, or one of the names UUID and EMAIL

``WITH`` is a text, or ``@hash`` (the default): ``argot-`` and 12 hex digits of the value's
SHA-256, so that equal values stay equal and different ones different.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_argot.wire.json_path import Path

Where = Literal["header", "query", "body", "host", "re"]

NAMED_PATTERNS: Final = {
    "UUID": r"(?i:\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)",
    "EMAIL": r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+\b",
}
"""Names a ``re:`` rule may use instead of a pattern."""

HASH: Final = "@hash"

_GRAMMAR: Final = (
    "write header:NAME, query:NAME, body:JSONPATH, host:GLOB or re:PATTERN, "
    "then nothing, =TEXT or =@hash"
)
_JSONPATH: Final = "use $ .name ['name'] [0] [*] .* ..name only, as in body:$.choices[*].text"
_PATTERN: Final = r"write a regular expression of Python; \( is a bracket of the text itself"
_EQUALS: Final = r"the last = separates pattern and text: write \= for one that belongs to either"
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_HOST: Final = re.compile(r"[A-Za-z0-9._:*?\[\]-]+")
# An "=" that is part of regular-expression syntax: (?=  (?<=  (?P=
_SYNTAX: Final = ("(?", "(?<", "(?P")


@dataclass(frozen=True, slots=True)
class MaskRule:
    """One rule. ``target`` is in lower case for headers, queries and hosts.

    ``replacement`` is a literal text, or ``None`` for a hash of the value.
    """

    where: Where
    target: str
    replacement: str | None


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a path: a name, an index, or ``None`` for anything; at any depth or not."""

    step: str | int | None
    deep: bool


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A JSONPath (RFC 9535) without filters, slices, unions and negative indices."""

    steps: tuple[_Step, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The member names that must occur in a document for the path to match in it."""
        return tuple(step.step for step in self.steps if isinstance(step.step, str))

    def matches(self, path: Path) -> bool:
        """Tell whether this path selects the value at ``path``."""
        last = self.steps[-1].step if self.steps else None
        if last is not None and path[-1:] != (last,):
            return False
        states = {0}
        for part in path:
            states = {after for state in states for after in self._after(state, part)}
        return len(self.steps) in states

    def _after(self, state: int, part: str | int) -> set[int]:
        if state == len(self.steps):
            return set()
        here = self.steps[state]
        found = {state} if here.deep else set[int]()
        return found | {state + 1} if here.step is None or here.step == part else found


_STEP: Final = re.compile(
    r"""(?P<dots>\.\.?)?(?:
        (?P<name>[^\W\d][\w-]*) | (?P<star>\*)
    |   \[\s*(?: (?P<index>0|[1-9][0-9]*) | (?P<wildcard>\*)
            | '(?P<single>(?:[^'\\]|\\.)*)' | "(?P<double>(?:[^"\\]|\\.)*)" )\s*\]
    )""",
    re.VERBOSE,
)


def parse_path(text: str) -> JsonPath:
    """Parse ``text``, all of it. Raises ``Misuse`` saying which syntax is understood."""
    path, rest = _path_and_rest(text)
    if rest:
        raise _refused(f"{text!r} is not a JSONPath that is understood here", _JSONPATH)
    return path


def parse_rule(text: str) -> MaskRule:
    """Parse one rule. Raises ``Misuse`` naming what is allowed instead."""
    where, colon, rest = text.strip().partition(":")
    if not colon or where not in get_args(Where):
        raise _refused(f"mask rule {text!r} does not say where to look", _GRAMMAR)
    place = cast("Where", where)
    target, replacement = _split(place, rest)
    if not target:
        raise _refused(f"mask rule {text!r} does not say what to mask", _GRAMMAR)
    if replacement is not None and replacement.startswith("@") and replacement != HASH:
        raise _refused(f"mask rule {text!r} ends in {replacement!r}", "write =@hash or =TEXT")
    rule = MaskRule(place, target, None if replacement == HASH else replacement)
    _check(rule, text)
    return rule


def parse_rules(texts: Iterable[str], where: Callable[[str], str]) -> list[MaskRule]:
    """Parse rules. ``Misuse`` as ``parse_rule``, with the place ``where`` gives for the rule."""
    rules: list[MaskRule] = []
    for text in texts:
        try:
            rules.append(parse_rule(text))
        except Misuse as error:
            raise Misuse(error.what, where=where(text), fix=error.fix) from None
    return rules


def compiled(rule: MaskRule) -> re.Pattern[str]:
    """Give the regular expression of a ``re:`` rule."""
    return re.compile(NAMED_PATTERNS.get(rule.target, rule.target))


def _split(where: Where, rest: str) -> tuple[str, str | None]:
    """Split target and replacement, ``None`` when there is none."""
    if where == "re":
        return _split_pattern(rest)
    if where == "body":
        rest = rest.strip()
        after = _path_and_rest(rest)[1].lstrip()
        target = rest[: len(rest) - len(after)].strip()
        equals, replacement = after[:1], after[1:]
        if not target or equals not in {"", "="}:
            what = f"mask rule {'body:' + rest!r}: {after!r} is not understood in a JSONPath"
            raise _refused(what, _JSONPATH)
        return target, replacement if equals else None
    target, equals, replacement = rest.partition("=")
    return target.strip().lower(), replacement if equals else None


def _split_pattern(rest: str) -> tuple[str, str | None]:
    r"""Split at the last ``=`` that is neither escaped (``\=``) nor syntax of the pattern."""
    for match in reversed(list(re.finditer("=", rest))):
        before = rest[: match.start()]
        escapes = len(before) - len(before.rstrip("\\"))
        if escapes % 2 == 0 and not before.endswith(_SYNTAX):
            replacement = rest[match.end() :].replace("\\=", "=")
            return before.replace("\\=", "="), replacement
    return rest.replace("\\=", "="), None


def _path_and_rest(text: str) -> tuple[JsonPath, str]:
    """Parse as many steps as there are."""
    steps: list[_Step] = []
    place = 1 if text.startswith("$") else 0
    while place and (match := _STEP.match(text, place)):
        dots, name, star = match["dots"], match["name"], match["star"]
        bracket = name is None and star is None
        # ".[0]" and "name" without a dot are no steps
        if (bracket and dots == ".") or (not bracket and dots is None):
            break
        steps.append(_Step(_step(match), dots == ".."))
        place = match.end()
    return JsonPath(tuple(steps)), text[place:]


def _step(match: re.Match[str]) -> str | int | None:
    if match["index"] is not None:
        return int(match["index"])
    if match["star"] or match["wildcard"]:
        return None
    if match["name"] is not None:
        return match["name"]
    quoted = match["single"] if match["single"] is not None else match["double"]
    return re.sub(r"\\(.)", r"\1", quoted)


def _check(rule: MaskRule, text: str) -> None:
    if rule.where == "header" and not _HEADER_NAME.fullmatch(rule.target):
        raise _refused(f"mask rule {text!r}: {rule.target!r} is no header name", _GRAMMAR)
    if rule.where == "host":
        _check_host(rule, text)
    if rule.where == "re":
        _check_pattern(rule, text)


def _check_host(rule: MaskRule, text: str) -> None:
    for host in (rule.target, rule.replacement):
        if host is not None and not _HOST.fullmatch(host):
            raise _refused(f"mask rule {text!r}: {host!r} is no host", "write host:GLOB=HOST")


def _check_pattern(rule: MaskRule, text: str) -> None:
    try:
        pattern = compiled(rule)
    except re.error as error:
        what = f"mask rule {text!r}: {error} in the pattern {rule.target!r}"
        raise _refused(what, _EQUALS if "=" in text else _PATTERN) from None
    if pattern.search("") is not None:
        raise _refused(f"mask rule {text!r} matches nothing at all", "write + instead of *")
    own = rule.replacement
    if own is not None and pattern.sub(lambda _: own, own) != own:
        raise _refused(
            f"mask rule {text!r}: the pattern matches its own text {own!r}",
            "choose a text the pattern does not match: masking twice must change nothing",
        )


def _refused(what: str, fix: str) -> Misuse:
    return Misuse(what, fix=fix)
