"""Writing a cassette as text: always the same text for the same interactions.

Written by hand because a YAML library chooses its own quoting and line breaks, and is ten times
slower. The layout is described in docs/cassette-format.md; plain vcrpy and pytest-recording read
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_argot.cassette.long_body import body_parts
from pytest_argot.cassette.yaml_text import flow, is_bare, key, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_argot.cassette.interaction import Interaction, Request, Response
    from pytest_argot.cassette.streaming import Streaming
    from pytest_argot.wire.headers import Headers

FORMAT: Final = 1


def dump(
    interactions: Sequence[Interaction],
    recorded_at: str,
    *,
    rejected: str = "",
    blanked: bool = False,
) -> str:
    """Give the text of a cassette with these interactions, exactly as they are."""
    return "".join(dumped(interactions, recorded_at, rejected=rejected, blanked=blanked))


def dumped(
    interactions: Sequence[Interaction],
    recorded_at: str,
    *,
    rejected: str = "",
    blanked: bool = False,
) -> Iterator[str]:
    """Give the same in parts, so that little of a large body is text at a time.

    ``recorded_at`` is RFC 3339 (``"2026-11-22T13:50:00Z"``), ``rejected`` says why the recording
    is kept beside its cassette, ``blanked`` that secrets in it were blanked. Bodies are laid out
    for reading by ``stored.stored``, not here.
    Lone surrogates outside of bodies become U+FFFD: UTF-8 has no bytes for them.
    """
    yield _head(interactions, recorded_at)
    yield f"  rejected: {quoted(rejected)}\n" if rejected else ""
    yield "  blanked: true\n" if blanked else ""
    yield _tests(interactions)
    yield "interactions:\n" if interactions else "interactions: []\n"
    for interaction in interactions:
        yield from _request(interaction.request)
        yield from _response(interaction.response)
        yield _origin(interaction)
    yield "version: 1\n...\n"


def _head(interactions: Sequence[Interaction], recorded_at: str) -> str:
    head = f"argot:\n  format: {FORMAT}\n  recorded_at: {quoted(recorded_at)}\n"
    return f"{head}  interactions: {len(interactions)}\n"


def _tests(interactions: Sequence[Interaction]) -> str:
    tests = sorted({test for interaction in interactions for test in interaction.tests})
    lines = "".join(f"  - {quoted(test)}\n" for test in tests)
    return f"  tests:\n{lines}" if tests else ""


def _request(request: Request) -> Iterator[str]:
    method = request.method if is_bare(request.method) else quoted(request.method)
    yield f"- request:\n    method: {method}\n    uri: {quoted(request.url)}\n    body: "
    yield from body_parts(request.body, 6)
    yield f"\n{_headers(request.headers)}"


def _response(response: Response) -> Iterator[str]:
    yield (
        f"  response:\n    status:\n      code: {response.status}\n"
        f"      message: {quoted(response.reason)}\n{_headers(response.headers)}"
        "    body:\n      string: "
    )
    yield from body_parts(response.body, 8)
    yield f"\n{_stream(response.stream)}"


def _stream(stream: Streaming | None) -> str:
    if stream is None:
        return ""
    lines = [f"      {key(name, 6)} {flow(item)}\n" for name, item in stream.stored().items()]
    return "    stream:\n" + "".join(lines)


def _origin(interaction: Interaction) -> str:
    if not (interaction.tests or interaction.ordinal or interaction.recorded_at):
        return ""
    tests = "".join(f"    - {quoted(test)}\n" for test in interaction.tests)
    return (
        "  argot:\n"
        + (f"    tests:\n{tests}" if tests else "")
        + f"    ordinal: {interaction.ordinal}\n"
        f"    recorded_at: {quoted(interaction.recorded_at)}\n"
    )


def _headers(headers: Headers) -> str:
    if not headers:
        return "    headers: {}\n"
    parts = ["    headers:\n"]
    for name in sorted(headers):
        values = headers[name]
        parts.append(f"      {key(name, 6)}\n" if values else f"      {key(name, 6)} []\n")
        parts += [f"      - {quoted(value)}\n" for value in values]
    return "".join(parts)
