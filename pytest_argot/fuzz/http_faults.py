"""The family ``http``: answers that are no completion, and exchanges without an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.cassette.interaction import Response
from pytest_argot.fuzz.answer import LENGTH, unanswered, with_pieces
from pytest_argot.fuzz.draft import Draft
from pytest_argot.fuzz.event_stream import as_json
from pytest_argot.fuzz.sample import sample
from pytest_argot.fuzz.schema import schema_of
from pytest_argot.fuzz.variant import FOREVER, RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.fuzz.subject import Subject

LONG_AGO: Final = "Fri, 31 Dec 1999 23:59:59 GMT"
"""RFC 9110's own example of ``Retry-After`` as a date; nobody has to wait for it."""

_FLAT: Final = (
    b'{"object": "error", "message": "Internal Server Error (made by argot)", '
    b'"type": "InternalServerError", "param": null, "code": 500}'
)
"""How SGLang, and vLLM once, write an error."""

_DETAIL: Final = b'{"detail": "Not Found"}'
"""How FastAPI writes one."""

_TEXT: Final = b'{"error": "Internal Server Error (made by argot)"}'
"""How Ollama and gateways write one."""

_SILENT: Final = (
    b'{"error": {"message": null, "type": "server_error", "param": null, "code": null}}'
)
"""An error that says nothing."""

_REASONS: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    529: "Site Overloaded",
}
PAGE: Final = b"<html><head><title>%b</title></head><body><h1>%b</h1></body></html>\n"


@dataclass(frozen=True, slots=True)
class _Fault:
    """One way to fail: ``name`` for the id, ``words`` for people."""

    name: str
    words: str
    status: int = 0
    kind: str = ""
    code: str | None = None
    retry_after: str = ""
    failed: str = ""
    body: bytes | None = None
    content_type: str = "application/json"


def _page(status: int) -> bytes:
    title = f"{status} {_REASONS[status]}".encode()
    return PAGE % (title, title)


def _busy(name: str, words: str, retry_after: str) -> _Fault:
    said = f"429, Retry-After: {words}"
    return _Fault(name, said, 429, "requests", "rate_limit_exceeded", retry_after)


_LIKELY: Final = (
    _Fault("429", "429 without Retry-After", 429, "requests", "rate_limit_exceeded"),
    _Fault("500", "500", 500, "server_error"),
    _Fault("connect-error", "no connection", failed="connect"),
    _busy("429-retry-after-1", "1", "1"),
    _Fault("read-timeout", "no answer in time", failed="read_timeout"),
    _Fault("503", "503", 503, "server_error"),
    _Fault("401", "401", 401, "invalid_request_error", "invalid_api_key"),
    _Fault("502-html", "502, an HTML page", 502, body=_page(502), content_type="text/html"),
)
_FREQUENT: Final = (
    _Fault("reset", "a connection reset", failed="reset"),
    _Fault("529", "529", 529, "overloaded_error"),
    _Fault("504", "504", 504, "server_error"),
    _busy("429-retry-after-0.5", "0.5", "0.5"),
    _Fault("400", "400", 400, "invalid_request_error", "context_length_exceeded"),
    _busy("429-retry-after-date", "a date", LONG_AGO),
    _Fault("500-flat", "500, an error without envelope", 500, body=_FLAT),
    _Fault("500-text", "500, an error that is a text", 500, body=_TEXT),
)
_RARE: Final = (
    _Fault("connect-timeout", "no connection in time", failed="connect_timeout"),
    _Fault("402", "402", 402, "insufficient_quota", "insufficient_balance"),
    _Fault("408", "408", 408, "timeout_error"),
    _Fault("413", "413", 413, "tokens", "rate_limit_exceeded"),
    _Fault("404", "404", 404, "invalid_request_error", "model_not_found"),
    _Fault("403", "403", 403, "permission_error", "permission_denied"),
    _Fault("409", "409", 409, "conflict_error"),
    _Fault("422", "422", 422, "invalid_request_error"),
    _Fault("500-null-message", "500, an error whose message is null", 500, body=_SILENT),
    _Fault("502", "502", 502, "server_error"),
    _Fault("503-html", "503, an HTML page", 503, body=_page(503), content_type="text/html"),
    _Fault("503-empty", "503, an empty body", 503, body=b"", content_type="text/plain"),
    _Fault("404-detail", "404, a detail instead of an error", 404, body=_DETAIL),
)

_MESSAGES: Final = {
    "connect": "Connection refused",
    "connect_timeout": "timed out",
    "read_timeout": "The read operation timed out",
    "reset": "Connection reset by peer",
}


def http_drafts(subject: Subject) -> Iterator[Draft]:
    """Give every fault followed by the recorded answer, then every fault for ever.

    One that does not end and a body that breaks off come in between, for the limit to reach them.
    No fault is valid: its status says that it is none.
    """
    busy, *others = (*_LIKELY, *_FREQUENT, *_RARE)
    yield from (_once(subject, fault) for fault in _LIKELY)
    yield _for_ever(subject, busy)
    yield from (_once(subject, fault) for fault in _FREQUENT)
    if subject.stream is None and len(subject.recorded.body) > 1:
        yield _broken_off(subject)
    yield from (_once(subject, fault) for fault in _RARE)
    yield from (_for_ever(subject, fault) for fault in others)


def _once(subject: Subject, fault: _Fault) -> Draft:
    return _draft(subject, fault, "then-recorded", "then the recorded one", RECORDED)


def _for_ever(subject: Subject, fault: _Fault) -> Draft:
    return _draft(subject, fault, "for-ever", "for ever", FOREVER)


def _draft(subject: Subject, fault: _Fault, ending: str, words: str, then: str) -> Draft:
    return Draft(
        name=f"{fault.name}-{ending}",
        answers=lambda: (_answer(subject, fault),),
        old=str(subject.recorded.status),
        new=f"{fault.words}, {words}",
        then=then,
        valid=False,
    )


def _broken_off(subject: Subject) -> Draft:
    body = subject.recorded.body
    half = len(body) // 2
    return Draft(
        name="cut-mid-body-then-recorded",
        answers=lambda: (_cut(subject.recorded, half),),
        old=str(subject.recorded.status),
        new=f"a connection closed after {half} of {len(body)} bytes, then the recorded one",
        then=RECORDED,
        valid=False,
    )


def _cut(recorded: Response, half: int) -> Response:
    promised = {**recorded.headers, LENGTH: [str(len(recorded.body))]}
    whole = Response(recorded.status, recorded.reason, promised, recorded.body)
    message = "peer closed connection without sending complete message body"
    return with_pieces(whole, [recorded.body[:half]], failed="cut", message=message)


def _answer(subject: Subject, fault: _Fault) -> Response:
    if fault.failed:
        return unanswered(fault.failed, _MESSAGES[fault.failed])
    reason = _REASONS[fault.status]
    body = fault.body
    if body is None:
        body = error_body(subject, fault.kind, fault.code, reason)
    headers = {LENGTH: [str(len(body))], "content-type": [fault.content_type]}
    if fault.retry_after:
        headers["retry-after"] = [fault.retry_after]
    return Response(fault.status, reason, headers, body)


def error_body(subject: Subject, kind: str, code: str | None, reason: str) -> bytes:
    """Write an error: OpenAI's envelope, unless the route's servers write another."""
    error = {"message": f"{reason} (made by argot)", "type": kind, "param": None, "code": code}
    openai = as_json({"error": error})
    model = subject.route.error if subject.route else None
    return openai if model is None else _in_shape(model, openai, error)


def _in_shape(model: ResponseModel, openai: bytes, error: dict[str, Any]) -> bytes:
    try:
        model.adapter.validate_json(openai, strict=True)
    except Exception:  # noqa: BLE001 - whatever it does not like: another shape is meant
        schema = schema_of(model, {"error": error})
        made: Any = sample(schema, schema.root, full=False)
        return as_json(made)
    return openai
