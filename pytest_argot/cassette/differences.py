"""In what two requests differ, in words, and which recorded request comes closest."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_argot.cassette.request_parts import json_value, path_of, port_of, query_of, split_url
from pytest_argot.wire.json_path import format_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from urllib.parse import SplitResult

    from pytest_argot.cassette.interaction import Interaction, Request
    from pytest_argot.cassette.matching import Matcher
    from pytest_argot.cassette.request_parts import Part
    from pytest_argot.wire.json_path import Path

MOST_LINES: Final = 12
LONGEST: Final = 200
_SHOWN: Final = 56
_BEFORE: Final = 12
_COMPARED: Final = 500
_OTHER_ADDRESS: Final = "only the host differs"


class _Absent:
    """Stands for what one side does not have."""


_ABSENT: Final = _Absent()


def differences(asked: Request, recorded: Request, match_on: Sequence[Part]) -> list[str]:
    """Say in what ``asked`` differs from ``recorded``: one line a leaf, ``recorded -> asked``.

    At most ``MOST_LINES`` lines of at most ``LONGEST`` characters, long texts cut down to the
    surroundings of the first difference. When scheme, host and port are all that differs there
    is one line, "only the host differs". Empty for requests that match.
    """
    old, new = split_url(recorded.url), split_url(asked.url)
    address = _address(old, new, match_on)
    others: list[str] = []
    if "method" in match_on and asked.method.upper() != recorded.method.upper():
        others.append(f"method: {recorded.method} -> {asked.method}")
    if "path" in match_on and path_of(old) != path_of(new):
        others.append("path: " + _change(old.path or "/", new.path or "/"))
    if "query" in match_on:
        others += _query(old, new)
    if "body" in match_on:
        others += _body(recorded.body, asked.body)
    others += _custom(asked, recorded, match_on)
    if address and not others:
        return [_cut(f"{_OTHER_ADDRESS}: {_origin(old)} -> {_origin(new)}")]
    return _at_most([_cut(line) for line in [*address, *others]])


def is_other_address(found: Sequence[str]) -> bool:
    """Tell whether scheme, host and port are all in which two requests were found to differ."""
    return len(found) == 1 and found[0].startswith(_OTHER_ADDRESS)


def _custom(asked: Request, recorded: Request, match_on: Sequence[Part]) -> Iterator[str]:
    for part in match_on:
        if not isinstance(part, str) and (old := part(recorded)) != (new := part(asked)):
            name = getattr(part, "__name__", type(part).__name__)
            yield f"{name}: {_change(str(old), str(new))}"


def closest(
    asked: Request, interactions: Sequence[Interaction], matcher: Matcher, limit: int = 3
) -> list[tuple[int, list[str]]]:
    """Give the index of the most similar interaction, with what differs.

    Several, ``limit`` at most, only where they are equally similar. A request that differs in
    method, host and path at once resembles nothing. Costs time in proportion to the cassette, so
    it is for the moment when an answer was not found.
    """
    url = split_url(asked.url)
    rough = sorted(
        (distance, abs(len(asked.body) - len(each.request.body)), index)
        for index, each in enumerate(interactions)
        if (distance := _url_distance(asked, url, each.request)) < _UNRELATED
    )
    value = json_value(asked.body)
    fine = sorted(
        (distance, _body_distance(asked.body, value, interactions[index].request.body), index)
        for distance, _, index in rough[:_COMPARED]
    )
    return [
        (index, differences(asked, interactions[index].request, matcher.match_on))
        for *distances, index in fine[:limit]
        if distances == list(fine[0][:2])
    ]


_UNRELATED: Final = 3


def _url_distance(asked: Request, url: SplitResult, recorded: Request) -> int:
    if asked.url == recorded.url:
        return int(asked.method != recorded.method)
    other = split_url(recorded.url)
    return (
        (asked.method != recorded.method)
        + (url.hostname != other.hostname)
        + (path_of(url) != path_of(other))
    )


def _body_distance(asked: bytes, value: Any, recorded: bytes) -> float:
    """Give 0 for equal bodies; every leaf that differs adds up to 1, similar texts less."""
    if asked == recorded:
        return 0
    other = json_value(recorded)
    if value is None or other is None:
        return 1
    return sum(_unlike(old, new) for _, old, new in _leaves(other, value))


def _unlike(old: Any, new: Any) -> float:
    if not isinstance(old, str) or not isinstance(new, str):
        return 1
    longest = max(len(old), len(new), 1)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    return 1 - (start + end) / (longest + 1)


def _common(one: str, other: str) -> int:
    """Give the length of what two texts begin with, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _address(old: SplitResult, new: SplitResult, match_on: Sequence[Part]) -> list[str]:
    pairs = {
        "scheme": (old.scheme, new.scheme),
        "host": (old.hostname or "", new.hostname or ""),
        "port": (port_of(old) or "default", port_of(new) or "default"),
    }
    different = [part for part, (a, b) in pairs.items() if part in match_on and a != b]
    if {"host", "port"} <= set(different):
        pairs["host"] = old.netloc, new.netloc
        different.remove("port")
    return [f"{part}: {pairs[part][0]} -> {pairs[part][1]}" for part in different]


def _origin(url: SplitResult) -> str:
    return f"{url.scheme}://{url.netloc}"


def _query(old: SplitResult, new: SplitResult) -> list[str]:
    before, after = Counter(query_of(old)), Counter(query_of(new))
    gone, come = sorted((before - after).elements()), sorted((after - before).elements())
    lines: list[str] = []
    for name, value in gone:
        partner = next((pair for pair in come if pair[0] == name), None)
        if partner:
            come.remove(partner)
        lines.append(f"query {name}: {_change(value, partner[1] if partner else _ABSENT)}")
    return lines + [f"query {name}: {_change(_ABSENT, value)}" for name, value in come]


def _body(old: bytes, new: bytes) -> list[str]:
    before, after = json_value(old), json_value(new)
    if before is not None and after is not None:
        return [f"body {_at(path)}: {_change(a, b)}" for path, a, b in _leaves(before, after)]
    if old == new:
        return []
    try:
        return [f"body: {_change(old.decode() or _ABSENT, new.decode() or _ABSENT)}"]
    except UnicodeDecodeError:
        return [f"body: {len(old)} bytes -> {len(new)} bytes, not text"]


def _leaves(old: Any, new: Any) -> Iterator[tuple[Path, Any, Any]]:
    """Give the places where two JSON values differ, in the order of the document."""
    stack: list[tuple[Path, Any, Any]] = [((), old, new)]
    while stack:
        path, before, after = stack.pop()
        one, other = _members(before), _members(after)
        if one is None or other is None or isinstance(before, list) != isinstance(after, list):
            if not _same(before, after):
                yield path, before, after
            continue
        steps = [*one, *(step for step in other if step not in one)]
        stack += [
            ((*path, step), one.get(step, _ABSENT), other.get(step, _ABSENT))
            for step in reversed(steps)
        ]


def _members(value: object) -> dict[str | int, Any] | None:
    """Give what an object or an array contains, by key or index; ``None`` for anything else."""
    if isinstance(value, dict):
        return cast("dict[str | int, Any]", value)
    return dict(enumerate(cast("list[object]", value))) if isinstance(value, list) else None


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _at(path: Path) -> str:
    text = format_path(path)
    return f"${'' if text.startswith('[') or not text else '.'}{text}"


def _change(old: Any, new: Any) -> str:
    """Write two values, texts from a little before their first difference."""
    start = 0
    if isinstance(old, str) and isinstance(new, str):
        start = max(0, _common(old, new) - _BEFORE)
        if max(len(old), len(new)) <= _SHOWN:
            start = 0
    return f"{_written(old, start)} -> {_written(new, start)}"


def _written(value: Any, start: int) -> str:
    if isinstance(value, _Absent):
        return "(absent)"
    if isinstance(value, str):
        part = value[start : start + _SHOWN]
        more = "…" if start + _SHOWN < len(value) else ""
        shown = _printable(json.dumps(part, ensure_ascii=False)[1:-1])
        return f'"{"…" if start else ""}{shown}{more}"'
    text = _printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _cut(line: str) -> str:
    line = _printable(line)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _at_most(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return lines
    kept = lines[: MOST_LINES - 1]
    return [*kept, f"… and {len(lines) - len(kept)} more differences"]
