"""``argot record``: one request, recorded without a test."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, urlsplit

import click

from pytest_argot.cli.arguments import CONFIG
from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_argot.tape.exchange import LiveRequest

KEY = "OPENAI_API_KEY"
_OBJECT = 'write it like {"model": "gpt-3.5-turbo-instruct", "prompt": "a haiku"}'
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]*)")


@click.command(short_help="Record one request without a test.")
@click.argument("name")
@click.argument("request", type=click.Path(), metavar="REQUEST.json")
@click.option("--url", required=True, help="Where to post it, with its path.")
@click.option("--header", "headers", multiple=True, metavar='"NAME: VALUE"', help="Send it too.")
@click.option("--stream", is_flag=True, help='Set "stream": true in the request.')
@click.option("--rewrite", is_flag=True, help="Replace the answer there is to this request.")
@CONFIG
def record(  # noqa: PLR0913 - a command has as many options as it has
    name: str,
    request: str,
    *,
    url: str,
    headers: tuple[str, ...],
    stream: bool,
    rewrite: bool,
    config: str | None,
) -> int:
    """Post REQUEST.json (- is standard input) to URL; store the exchange in the cassette NAME.

    The key is taken from OPENAI_API_KEY, unless a header carries one. Masked, scanned and judged
    like what a test records: an answer that drifts, or that is an error, is kept beside the
    cassette. Exit code: 0 recorded, 1 kept beside it, 2 wrong use, a cassette that cannot be
    read, or no answer.
    """
    from pytest_argot.cassette.naming import named
    from pytest_argot.cli.judging import Bench
    from pytest_argot.cli.owners import settings_of
    from pytest_argot.cli.recording import Recording
    from pytest_argot.cli.selection import Selected, settings_for
    from pytest_argot.tape.exchange import LiveRequest

    settings = settings_for(Path.cwd(), config)
    path = named(settings.folder, name)
    bench = Bench(settings_of(Selected(path, settings)))
    sent = _headers(headers)
    body = _body(request, stream=stream)
    asked = LiveRequest(method="POST", url=_checked(url), headers=sent, body=body)
    shown = _shown(asked)
    again = ["argot", "record", name, request, "--url", shown, *(["--stream"] if stream else [])]
    recording = Recording(
        path=path, bench=bench, command=shlex.join(again), url=shown, rewrite=rewrite
    )
    return recording.run(asked)


def _shown(asked: LiveRequest) -> str:
    """Give the URL as it was given, without credentials: whoever gave it is to know it again."""
    from pytest_argot.wire.headers import normalise
    from pytest_argot.wire.masking import Masker

    return Masker().learning(normalise(asked.headers), asked.url).url(asked.url)


def _checked(url: str) -> str:
    parts = _parts(url)
    if parts is None or not url.isascii() or not url.isprintable() or " " in url:
        fix = "write it like https://api.openai.com/v1/completions"
        raise Misuse("--url is no complete URL", fix=fix)
    if "@" in parts.netloc:
        fix = 'give it as --header "authorization: Basic ..."'
        raise Misuse("--url holds a password", fix=fix)
    return url.partition("#")[0]


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        complete = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if complete else None


def _headers(given: Iterable[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for header in given:
        parts = _HEADER.fullmatch(header)
        if parts is None:  # not shown: it may be a key
            raise Misuse("a --header is not of the form 'name: value', in ASCII, on one line")
        name, value = parts[1].lower(), parts[2].rstrip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    key = os.environ.get(KEY, "").strip()
    if key and not any(_carries_key(name) for name in headers):
        headers["authorization"] = f"Bearer {key}"
    return {"accept": "application/json", "content-type": "application/json", **headers}


def _carries_key(name: str) -> bool:
    from pytest_argot.wire import credentials

    return credentials.is_header(name) and not credentials.is_owner(name)


def _body(file: str, *, stream: bool) -> bytes:
    try:
        text = _bytes(file).decode("utf-8-sig")
        request: Any = json.loads(text)
    except OSError as error:
        what = f"the request cannot be read: {error.strerror or error}"
        fix = "write the request as JSON into that file, or give - for standard input"
        raise Misuse(what, where=file, fix=fix) from error
    except (ValueError, RecursionError) as error:
        raise Misuse(f"the request is no JSON: {error}", where=file, fix=_OBJECT) from error
    if not isinstance(request, dict):
        raise Misuse("the request is no JSON object", where=file, fix=_OBJECT)
    asked = cast("dict[str, Any]", request)
    if stream and asked.get("stream") is not True:  # else it is sent as it is written
        text = json.dumps({**asked, "stream": True}, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    return Path(file).read_bytes()
