"""The head and the margins of an answer as servers and gateways were seen to send them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pytest_argot.fuzz.answer import with_body
from pytest_argot.fuzz.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.cassette.interaction import Response
    from pytest_argot.fuzz.subject import Subject

_TYPE: Final = "content-type"
_CHARSET: Final = "; charset=utf-8"
_NEEDED: Final = ("content-encoding", "content-length", "content-type", "transfer-encoding")
_MARGIN: Final = b"\n\n \n"


def head_drafts(subject: Subject) -> Iterator[Draft]:
    """Give the same body with a charset or without one, and without the headers nobody needs.

    ``x-request-id`` and ``x-ratelimit-*`` are OpenAI's own; gateways add charsets and take them
    away. A body that comes whole has blank lines before it, too, as those have that keep a
    connection alive so (DeepSeek, oMLX).
    """
    recorded = subject.recorded
    if not subject.success:
        return
    if subject.stream is None and recorded.body:
        margin = partial(with_body, recorded, _MARGIN + recorded.body)
        yield _draft("body=blank-lines-first", "blank lines before the body", margin())
    said = (recorded.headers.get(_TYPE) or [""])[0]
    plain, _, charset = said.partition(";")
    if plain:
        new = plain.rstrip() if "charset" in charset else plain.rstrip() + _CHARSET
        yield _draft("content-type=charset", f"called {new}", _headed(recorded, {_TYPE: [new]}))
    gone: dict[str, list[str]] = {name: [] for name in recorded.headers if name not in _NEEDED}
    if gone:
        told = ", ".join(sorted(gone))
        words = f"no {told}" if len(told) <= _LONGEST else f"without {len(gone)} headers"
        yield _draft("headers=few", words, _headed(recorded, gone))


_LONGEST: Final = 120


def _headed(recorded: Response, changed: dict[str, list[str]]) -> Response:
    headers = {name: value for name, value in {**recorded.headers, **changed}.items() if value}
    return replace(recorded, headers=headers)


def _draft(name: str, words: str, answer: Response) -> Draft:
    return Draft(name=name, answers=lambda: (answer,), new=words)
