"""The form in which an interaction is stored: masked, decoded, readable.

``stored`` is applied by ``store.save`` and ``rejected.reject`` before anything is dumped, so the
emitter itself changes nothing. The reader applies ``masked`` and ``undressed`` to every recording
it loads, ours or not; it leaves the spelling of JSON bodies alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_argot.cassette.streaming import moved
from pytest_argot.wire.coding import decode, undecoded
from pytest_argot.wire.headers import normalise
from pytest_argot.wire.json_text import pretty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_argot.cassette.interaction import Interaction, Response
    from pytest_argot.cassette.streaming import Streaming
    from pytest_argot.wire.headers import Headers
    from pytest_argot.wire.masking import Masker


def stored(interaction: Interaction) -> Interaction:
    """Give the interaction as a file holds it; applying it twice changes nothing more.

    JSON objects and arrays are pretty-printed lexically (every number and string keeps its
    text), except in a response with ``stream``, whose offsets would no longer fit. Header names
    are lower case, ``content-encoding`` and ``transfer-encoding`` are gone and
    ``content-length`` is that of the body.
    """
    request, response = interaction.request, interaction.response
    named = replace(
        interaction,
        request=replace(request, headers=normalise(request.headers)),
        response=replace(response, headers=normalise(response.headers)),
    )
    return undressed(_laid_out(undressed(named)))


def masked(interaction: Interaction, masker: Masker) -> Interaction:
    """Apply the masks, and blank the credentials this request carries wherever they re-appear."""
    request, response = interaction.request, interaction.response
    learned = masker.learning(request.headers, request.url, request.body)
    body = learned.body(response.body, content_type(response.headers))
    return replace(
        interaction,
        request=replace(
            request,
            url=learned.url(request.url),
            headers=learned.headers(request.headers),
            body=learned.body(request.body, content_type(request.headers)),
        ),
        response=replace(
            response,
            reason=learned.text(response.reason),
            headers=learned.headers(response.headers),
            body=body,
            stream=_shifted(response, body),
        ),
    )


def prepared(
    interactions: Sequence[Interaction],
    masker: Masker,
    clean: Sequence[Interaction] = (),
    known: Sequence[Interaction] = (),
) -> list[Interaction]:
    """Give interactions as a file holds them: masked, then ``stored``.

    The messages of ``clean`` are masked already, those of ``known`` were just read from a file of
    ours: they are in that form.
    """
    read, hidden = set(map(_messages, known)), set(map(_messages, clean))

    def ready(each: Interaction) -> Interaction:
        messages = _messages(each)
        if messages in read:
            return each
        return stored(each if messages in hidden else masked(each, masker))

    return [ready(each) for each in interactions]


def _messages(interaction: Interaction) -> tuple[int, int]:
    """Tell the same request and response from equal ones; to compare these takes as long."""
    return id(interaction.request), id(interaction.response)


def _shifted(response: Response, body: bytes) -> Streaming | None:
    """Give ``stream`` with the edges where they are in the masked body."""
    streaming = response.stream
    if streaming is None or body == response.body:
        return streaming
    return replace(streaming, edges=moved(streaming.edges, response.body, body))


def undressed(interaction: Interaction, *, sniff: bool = False) -> Interaction:
    """Undo the content codings of both bodies and make the headers tell the truth about them.

    Without ``sniff`` only a body whose header names a coding is touched: one of our files may
    hold an archive that is meant to be one. ``ValueError`` for a body that decodes to more than
    ``wire.coding.MAX_DECODED`` bytes.
    """
    request, response = interaction.request, interaction.response
    asked, sent = _plain(request.body, request.headers, sniff=sniff)
    answered, came = _plain(response.body, response.headers, sniff=sniff)
    if request.method == "HEAD":
        came = _without(response.headers, "transfer-encoding")
    return replace(
        interaction,
        request=replace(request, headers=sent, body=asked),
        response=replace(response, headers=came, body=answered),
    )


def content_type(headers: Headers) -> str:
    """Give the ``content-type`` of lower-case headers, ``""`` without one."""
    return next(iter(headers.get("content-type", ())), "")


def _plain(body: bytes, headers: Headers, *, sniff: bool) -> tuple[bytes, Headers]:
    codings = ", ".join(headers.get("content-encoding", ()))
    if body and (codings or sniff):
        body = decode(body, codings)
    # A coding whose module is not installed here stays, and so does the word for it.
    left = undecoded(body, codings) if codings else ""
    headers = _without(headers, "transfer-encoding", *(() if left else ("content-encoding",)))
    if "content-length" in headers:
        headers["content-length"] = [str(len(body))]
    return body, headers


def _without(headers: Headers, *names: str) -> Headers:
    return {name: values for name, values in headers.items() if name not in names}


def _laid_out(interaction: Interaction) -> Interaction:
    request, response = interaction.request, interaction.response
    answered = response.body if response.stream is not None else _readable(response.body)
    return replace(
        interaction,
        request=replace(request, body=_readable(request.body)),
        response=replace(response, body=answered),
    )


def _readable(body: bytes) -> bytes:
    if body.lstrip()[:1] not in {b"{", b"["}:
        return body
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    spread = pretty(text)
    return body if spread is None else spread.encode()
