"""The family ``drift``, where a whole body is something else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_argot.drift.json_types import is_object
from pytest_argot.fuzz.answer import with_body
from pytest_argot.fuzz.draft import Draft
from pytest_argot.fuzz.event_stream import as_json
from pytest_argot.fuzz.http_faults import PAGE, error_body
from pytest_argot.fuzz.printed import printed
from pytest_argot.fuzz.variant import RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.cassette.interaction import Response
    from pytest_argot.fuzz.subject import Subject

_BOM = b"\xef\xbb\xbf"


def body_drafts(subject: Subject) -> Iterator[Draft]:
    """Give bodies that are not what the model says; equal requests then get the recorded one."""
    error = error_body(subject, "server_error", None, "The server had an error")
    body = subject.recorded.body
    if subject.stream is None:
        cut = len(body) * 2 // 3
        words = f"cut after {cut} of {len(body)} bytes"
        yield _draft(subject, "body=truncated", words, body[:cut])
    yield _draft(subject, "body=error-envelope", "an error with status 200", error, "json")
    page = PAGE % (b"Just a moment...", b"Just a moment...")
    yield _draft(subject, "body=html", "an HTML page", page, "html")
    if subject.stream is None:
        yield _draft(subject, "body=empty", "empty", b"")
        yield from _twice(subject)
        yield _draft(subject, "body=bom", "a byte order mark before it", _BOM + body)
        yield _draft(subject, "body=list", "a list around it", b"[" + body + b"]")
        yield _draft(subject, "body=null", "null", b"null")
    yield _draft(subject, "body=text", "plain text", b"upstream connect error\n", "text")
    if subject.success:
        kind = "text/html"
        yield Draft(
            name="content-type=html",
            answers=lambda: (_typed(subject.recorded, kind),),
            new=f"called {kind}",
            then=RECORDED,
            valid=False,
        )


def _typed(recorded: Response, content_type: str) -> Response:
    typed = with_body(recorded, recorded.body, content_type)
    return type(typed)(typed.status, typed.reason, typed.headers, typed.body, recorded.stream)


_TYPES = {"json": "application/json", "html": "text/html; charset=utf-8", "text": "text/plain"}


def _draft(subject: Subject, name: str, words: str, body: bytes, kind: str = "") -> Draft:
    make = partial(with_body, subject.recorded, body, _TYPES.get(kind, ""))
    return Draft(name=name, answers=lambda: (make(),), new=words, then=RECORDED)


def _twice(subject: Subject) -> Iterator[Draft]:
    """Give one key twice, null the second time: the last one counts for most parsers."""
    document: Any = subject.document
    end = subject.recorded.body.rfind(b"}")
    if not is_object(document) or not document or end < 0:
        return
    key = next(iter(document))
    second = b", " + as_json(key) + b": null"
    body = subject.recorded.body[:end].rstrip() + second + subject.recorded.body[end:]
    yield Draft(
        name=subject.path_id((key,)) + "=twice",
        answers=lambda: (with_body(subject.recorded, body),),
        path=subject.path((key,)),
        old=printed(document[key]),
        new="the same, and a second time null",
        then=RECORDED,
    )
