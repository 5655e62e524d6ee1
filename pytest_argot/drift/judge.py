"""Judging a cassette: every response by the model of its route."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_argot.drift.document import judge_document, whole
from pytest_argot.drift.ending import UNANSWERED, unfinished_exchange
from pytest_argot.drift.finding import Finding, fingerprint_of_parts
from pytest_argot.drift.stream import judge_stream
from pytest_argot.wire.coding import undecoded
from pytest_argot.wire.sse import events, is_event_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.levels import Levels
    from pytest_argot.drift.raw_finding import RawFinding
    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.drift.routes import Route, Routes

_LONGEST = 200
_SUCCESS = range(200, 300)
_FAILURE = range(400, 600)
_DECODERS = MappingProxyType({"br": "brotli", "zstd": "zstandard"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a cassette, worst first.

    ``judged`` and ``unmodelled`` count responses that a model judged, and that none knows; a
    request that was never answered is in neither.
    """

    findings: tuple[Finding, ...]
    judged: int
    unmodelled: int


def judge(cassette: Cassette, routes: Routes, levels: Levels) -> Verdict:
    """Judge every response of a cassette; one finding per kind and path."""
    grouped: dict[tuple[str, str], list[tuple[int, RawFinding]]] = {}
    judged = unanswered = 0
    for index, interaction in enumerate(cassette.interactions):
        route = routes.find(interaction.request)
        if interaction.response.status == UNANSWERED:
            unanswered += 1
            continue
        if route is None or model_for(interaction, route) is None:
            continue
        judged += 1
        for raw in judge_response(interaction, route):
            grouped.setdefault((raw.kind, raw.path), []).append((index, raw))
    findings = [_finding(cassette, members, levels) for members in grouped.values()]
    findings.sort(key=lambda each: (-each.level, each.path, each.kind))
    return Verdict(tuple(findings), judged, len(cassette.interactions) - judged - unanswered)


def judge_response(interaction: Interaction, route: Route) -> list[RawFinding]:
    """Give every deviation of one response; none where no model judges it."""
    model = model_for(interaction, route)
    if model is None:
        return []
    return unfinished_exchange(interaction, model) or _judge_whole(interaction, route, model)


def _judge_whole(interaction: Interaction, route: Route, model: ResponseModel) -> list[RawFinding]:
    response = interaction.response
    if response.status not in _SUCCESS and response.status not in _FAILURE:
        status = str(response.status)
        return [whole("http.status", model, "a final answer (2xx, 4xx or 5xx)", status)]
    if not response.body.strip():
        return [whole("body.empty", model, "a response", "nothing")]
    codings = ", ".join(response.headers.get("content-encoding", ()))
    if coding := undecoded(response.body, codings) if codings else "":
        return [_still_coded(coding, model)]
    if response.status in _FAILURE:
        return _judge_error(interaction, model)
    return _judge_success(interaction, route, model)


def model_for(interaction: Interaction, route: Route) -> ResponseModel | None:
    """Give the model that judges a response, or one event of it where it is a stream."""
    if interaction.response.status == UNANSWERED:
        return None
    if interaction.response.status not in _SUCCESS:
        return route.error
    return route.chunk if is_stream(interaction) else route.body


def is_stream(interaction: Interaction) -> bool:
    """Tell whether a response is an event stream, by what it is more than by what it says."""
    return is_event_stream(interaction.response.body, content_type(interaction))


def content_type(interaction: Interaction) -> str:
    """Give the content type of a response, ``""`` without one."""
    return next(iter(interaction.response.headers.get("content-type", ())), "")


def _still_coded(coding: str, model: ResponseModel) -> RawFinding:
    """Tell a body that cannot be read here from one that is wrong."""
    found = whole("body.not_json", model, "JSON", f"{coding} data that nothing here decodes")
    return replace(found, fixes=(f"pip install {_DECODERS[coding]}",))


def _judge_success(
    interaction: Interaction, route: Route, model: ResponseModel
) -> list[RawFinding]:
    body = interaction.response.body
    if is_stream(interaction):
        found = judge_stream(body, route, model)
    else:
        found = judge_document(body, model)
    return [*found, *_content_type(interaction, model, found)]


def _judge_error(interaction: Interaction, model: ResponseModel) -> list[RawFinding]:
    body = interaction.response.body
    if not is_stream(interaction):
        return judge_document(body, model, is_error=True)
    first = next((event.data for event in events(body)), "")
    return judge_document(first.encode(errors="replace"), model, is_error=True)


def _content_type(
    interaction: Interaction, model: ResponseModel, found: Sequence[RawFinding]
) -> list[RawFinding]:
    """Compare what a 2xx response says it is with what it is."""
    said = content_type(interaction).partition(";")[0].strip().lower()
    if not said or any(each.kind in {"body.not_json", "body.empty"} for each in found):
        return []
    stream = is_stream(interaction)
    right = said == "text/event-stream" if stream else said.endswith(("/json", "+json"))
    if right:
        return []
    expected = "text/event-stream" if stream else "application/json"
    return [whole("http.content_type", model, expected, said[:_LONGEST])]


def _finding(
    cassette: Cassette, members: Sequence[tuple[int, RawFinding]], levels: Levels
) -> Finding:
    """Make one finding of all deviations of one kind at one path."""
    index, first = members[0]
    parts = sorted({raw.fingerprint for _, raw in members})
    return Finding(
        kind=first.kind,
        level=levels.level(first.kind, first.path),
        path=first.path,
        expected=_distinct(raw.expected for _, raw in members),
        actual=_distinct(raw.actual for _, raw in members),
        count=len(members),
        cassette=str(cassette.path),
        line=cassette.line(index, "response", first.place, first.event),
        interactions=tuple(dict.fromkeys(index for index, _ in members)),
        fingerprint=fingerprint_of_parts(parts),
        fixes=tuple(dict.fromkeys(fix for _, raw in members for fix in raw.fixes if _fits(fix))),
        model=first.model,
        parts=tuple(parts) if len(parts) > 1 else (),
    )


def _distinct(words: Iterable[str]) -> str:
    return _short(", ".join(dict.fromkeys(words)))


def _short(text: str) -> str:
    return text if _fits(text) else f"{text[: _LONGEST - 1]}…"


def _fits(text: str) -> bool:
    return len(text) <= _LONGEST
