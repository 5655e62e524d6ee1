"""Cassettes nobody can trust, each with what is said of it, for the tests of bad input."""

from __future__ import annotations

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.streaming import Streaming

AT = "2026-11-22T13:50:00Z"
URL = "https://api.openai.com/v1/completions"
JSON = {"content-type": ["application/json"]}


def interaction(body: bytes = b'{"id": 1}', prompt: bytes = b'{"prompt": "hi"}') -> Interaction:
    """Give an interaction as a tape records it."""
    return Interaction(
        Request("POST", URL, JSON, prompt),
        Response(200, "OK", JSON, body, stream=Streaming(edges=(1,), at=(3,))),
        ("test_it.py::test_it",),
        1,
        AT,
    )


GOOD = dump([interaction()], AT)
"""One of ours, every field in it."""

STREAM = """    stream:
      ended: "server"
      edges: [1]
      at: [3]
"""

THEIRS = """interactions:
- request:
    method: post
    uri: https://api.openai.com/v1/completions
    body: '{}'
    headers: {}
  response:
    status: {code: 200, message: OK}
    headers: {}
    body: {string: '{}'}
version: 1
"""
"""One of vcrpy's."""


def changed(old: str, new: str, text: str = GOOD) -> bytes:
    """Give the good cassette with one thing changed."""
    if old not in text:
        raise ValueError(old)
    return text.replace(old, new, 1).encode()


_BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
)
_NUMBER = "9" * 5000

FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "not UTF-8": (changed("OK", "\x80").replace(b"\xc2\x80", b"\x80"), "not UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), "UTF-16"),
    "NUL": (changed("OK", "O\0K"), "NUL byte"),
    "conflict": (f"<<<<<<< HEAD\n{GOOD}=======\n{GOOD}>>>>>>> a\n".encode(), "merge-conflict"),
    "foreign tag": (changed("POST", "!!python/object/apply:os.system [x]"), "the tag !!python"),
    "unknown tag": (changed("POST", "!mine POST"), "the tag !mine"),
    "not YAML": (changed("POST", "[POST"), "not valid YAML"),
    "no interactions": (b"version: 1\n", "no interactions"),
    "one less than counted": (changed("interactions: 1", "interactions: 2"), "but says 2"),
    "not a mapping": (b"- 1\n- 2\n", "not a mapping"),
    "two documents": (f"{THEIRS}---\n{THEIRS}".encode(), "more than one YAML document"),
    "interactions twice": (
        THEIRS.replace("version", "interactions: []\nversion").encode(),
        "the key 'interactions' is there twice",
    ),
    "response twice": (
        changed("  argot:\n    tests", "  response: {}\n  argot:\n    tests"),
        "the key 'response' is there twice",
    ),
    "alias bomb": (f"{_BOMB}\n{THEIRS}".encode(), "beyond all bounds"),
    "endless alias": (changed("uri: ", "uri: &a [*a]\n    url: "), "contains itself"),
    "deep": (b"a: " + b"[" * 100_000, "nested too deeply"),
    "deep JSON": (b'{"interactions":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested too deeply"),
}
"""Content, and a part of what is said of it."""

FIELDS: dict[str, tuple[bytes, str]] = {
    "argot: a number": (changed(GOOD[: GOOD.index("interactions:\n")], "argot: 3\n"), "argot"),
    "argot: a list": (changed("  argot:\n    tests", "  argot: [1]\n  other:\n    tests"), "argot"),
    "format: huge": (changed("format: 1", f"format: 0x{_NUMBER}"), "has format 0x999"),
    "format: a list": (changed("format: 1", "format: [1]"), "has format"),
    "count: huge": (changed("interactions: 1", f"interactions: {_NUMBER}"), "but says 999"),
    "recorded_at: no time": (changed(f'"{AT}"', "soon"), "argot.recorded_at"),
    "recorded_at: no day": (changed("11-22", "13-45"), "argot.recorded_at"),
    "recorded_at: a day only": (changed(f'"{AT}"', '"2026-11-22"'), "argot.recorded_at"),
    "recorded_at: a number": (changed(f'"{AT}"', "0x" + "f" * 5000), "argot.recorded_at"),
    "recorded_at: bytes": (changed(f'"{AT}"\nversion', "!!binary aGk=\nversion"), "recorded_at"),
    "tests: a text": (
        changed('tests:\n    - "test_it.py::test_it"', "tests: one"),
        "argot.tests is not a list",
    ),
    "tests: of lists": (changed('    - "test_it.py::test_it"', "    - [1]"), "argot.tests"),
    "ordinal: negative": (changed("ordinal: 1", "ordinal: -1"), "argot.ordinal"),
    "ordinal: yes": (changed("ordinal: 1", "ordinal: yes"), "argot.ordinal"),
    "ordinal: huge": (changed("ordinal: 1", f"ordinal: 0x{_NUMBER}"), "argot.ordinal"),
    "interactions: a number": (b"interactions: 3\nversion: 1\n", "interactions is not a list"),
    "interactions: a mapping": (b"interactions: {a: b}\nversion: 1\n", "is not a list"),
    "interaction: a number": (b"interactions: [3]\nversion: 1\n", "an interaction is a value"),
    "interaction: a text": (b"interactions: ['a']\nversion: 1\n", "an interaction is a text"),
    "request: a list": (changed("- request:", "- request: []\n  other:"), "the request"),
    "request: none": (changed("- request:", "- other:"), "the request of an interaction is miss"),
    "response: none": (changed("  response:", "  other:"), "the response of an interaction"),
    "method: none": (changed("    method: POST\n", ""), "without method"),
    "method: a list": (changed("POST", "[POST]"), "without method"),
    "method: two words": (changed("POST", "'GET /'"), "without method"),
    "uri: none": (changed("    uri:", "    other:"), "without uri"),
    "uri: empty": (changed(f'"{URL}"', "''"), "without uri"),
    "uri: a mapping": (changed(f'"{URL}"', "{a: b}"), "without uri"),
    "uri: bytes": (changed(f'"{URL}"', "!!binary aGk="), "without uri"),
    "headers: a text": (changed("headers: {}", "headers: abc", THEIRS), "the headers is a value"),
    "headers: odd pairs": (changed("headers: {}", "headers: [[a]]", THEIRS), "nor pairs"),
    "headers: a list as a key": (
        changed("headers: {}", "headers: {[a]: b}", THEIRS),
        "a key of a mapping is not a text",
    ),
    "status: none": (changed("    status:", "    other:"), "without a status"),
    "status: a word": (changed("code: 200", "code: fine"), "without a status"),
    "status: 0": (changed("code: 200", "code: 0"), "without a status"),
    "status: huge": (changed("code: 200", f"code: {_NUMBER}"), "without a status"),
    "body: no base64": (changed("'{}'}", "!!binary '?'}", THEIRS), "not base64"),
    "body: a base64_string that is none": (
        changed("{string: '{}'}", "{base64_string: '?'}", THEIRS),
        "not base64",
    ),
    "body: half a surrogate": (changed("'{}'}", '"\\ud800"}', THEIRS), "not valid YAML"),
    "stream: a list": (changed(STREAM, "    stream: [1]\n"), "stream is not"),
    "stream: bytes": (changed("edges: [1]", "edges: [!!binary aGk=]"), "stream is not a mapping"),
    "stream: edges that descend": (changed("edges: [1]", "edges: [2, 1]"), "ascending"),
    "stream: a time too many": (changed("at: [3]", "at: [3, 4]"), "not one time for each"),
    "stream: an end nobody knows": (changed('ended: "server"', 'ended: "eof"'), "stream.ended"),
    "stream: a failure nobody knows": (
        changed('ended: "server"', 'failed: "rain"'),
        "stream.failed is none of",
    ),
    "version: none": (changed("version: 1\n", "", THEIRS), "truncated"),
    "version: 2": (changed("version: 1", "version: 2"), "only 1 is known"),
    "version: a mapping": (changed("version: 1", "version: {}"), "only 1 is known"),
}
"""A wrong type in every field there is."""

ODD: dict[str, bytes] = {
    "headers: null": changed("headers: {}", "headers:", THEIRS),
    "headers: numbers": changed("headers: {}", "headers: {a: 1, b: [2, [3]], 4: }", THEIRS),
    "header: a mapping": changed("headers: {}", "headers: {a: {b: [c]}}", THEIRS),
    "header: bytes": changed("headers: {}", "headers: {a: !!binary /w==}", THEIRS),
    "message: null": changed("message: OK", "message: null", THEIRS),
    "message: a list": changed("message: OK", "message: [OK]", THEIRS),
    "body: a number": changed("body: '{}'", "body: 12", THEIRS),
    "body: a huge number": changed("body: '{}'", f"body: {{a: 0x{'f' * 5000}}}", THEIRS),
    "body: a slow number": changed("body: '{}'", f"body: {{a: {':'.join(['59'] * 9999)}}}", THEIRS),
    "body: not a number": changed("body: '{}'", "body: [.nan, .inf, 1.0e+999, !!int x]", THEIRS),
    "body: bytes inside": changed("body: '{}'", "body: {a: [!!binary /w==]}", THEIRS),
    "body: null": changed("body: '{}'", "body:", THEIRS),
    "string: a mapping": changed("{string: '{}'}", "{string: {a: b}}", THEIRS),
    "rejected: a list": changed("  tests:", "  rejected: [1]\n  tests:"),
    "extra keys": changed("version: 1", "metadata: {a: [b]}\nversion: 1"),
    "lower-case method": THEIRS.encode(),
}
"""Unusual, and still readable: what old tools left there."""
