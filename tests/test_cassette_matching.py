"""Which recording answers which request, and what is said when none does."""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.matching import Matcher, Shelf, closest, differences
from pytest_argot.errors import Misuse

ALL = ("method", "scheme", "host", "port", "path", "query", "body")
URL = "https://api.openai.com/v1/completions"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)

ALIKE: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([True, 1, 1.0, "1", None, []]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just("a"), inner, max_size=1),
    max_leaves=3,
)

if TYPE_CHECKING:
    from collections.abc import Hashable


def ask(body: Any = None, url: str = URL, method: str = "POST", **headers: str) -> Request:
    """Give a request; a body that is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Request(method, url, {k.replace("_", "-"): [v] for k, v in headers.items()}, data)


def recorded(*requests: Request) -> list[Interaction]:
    """Give an interaction for each request."""
    return [Interaction(request, Response(200, "OK", {}, b"")) for request in requests]


def same(one: Request, other: Request, match_on: tuple[str, ...] = ALL) -> bool:
    """Tell whether two requests match."""
    matcher = Matcher(match_on)
    return matcher.key(one) == matcher.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a": 1, "b": [true, null]}', b'{"b":[true,null],\n "a":1.0}'),
        (b'{"a": "\\u00e9"}', '{"a": "é"}'.encode()),
        (b'{"a": NaN}', b'{ "a": NaN }'),
        (b'{"a": 1e400}', b'{ "a": 1e400 }'),
        (b"[" * 90_000, b"[" * 90_000),
        (b"\xff", b"\xff"),
        (b'{"a": ' + b"9" * 5000 + b"}", b'{"a": ' + b"9" * 5000 + b"}"),
    ],
)
def test_equal_bodies(one: bytes, other: bytes) -> None:
    """Key order, white space, escapes and 1 against 1.0 make no difference in JSON."""
    assert same(ask(one), ask(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a": 1}', b'{"a": true}'),
        (b'{"a": 1}', b'{"a": "1"}'),
        (b'{"a": null}', b"{}"),
        (b"[1, 2]", b"[2, 1]"),
        (b'{"a": 1}', b""),
        (b"a=1&b=2", b"b=2&a=1"),
        (b'{"a": 1', b'{"a":1'),
        (b'{"a": 1e400}', b'{"a": 2e400}'),
        (b'{"a": 12345678901234567890}', b'{"a": 12345678901234567891}'),
    ],
)
def test_different_bodies(one: bytes, other: bytes) -> None:
    """True is not 1, null is not absent, order counts in arrays, and other bytes are other bytes."""
    assert not same(ask(one), ask(other))


@given(JSON)
def test_spelling_of_json_never_matters(value: Any) -> None:
    """However a JSON document is written, it is the same request, and nothing differs."""
    document = {"z": value, "a": 1}
    compact = json.dumps({"a": 1, "z": value}, separators=(",", ":"), ensure_ascii=False)
    one, other = ask(document), ask(compact.encode("utf-8", "surrogatepass"))
    assert same(one, other)
    assert differences(one, other, ALL) == []


@given(ALIKE, ALIKE)
def test_differences_and_keys_agree(one: Any, other: Any) -> None:
    """Something differs exactly when the keys do."""
    a, b = ask([one]), ask([other])
    assert bool(differences(a, b, ALL)) != same(a, b)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://A.example.com/x", "https://a.example.com:443/x"),
        ("http://a", "http://a:80/"),
        ("http://a/x?b=1&a=2", "http://a/x?a=2&b=1"),
        ("http://a/x?q=a%20b", "http://a/x?q=a+b"),
        ("http://a/%7Ex#top", "http://a/~x"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_equal_urls(one: str, other: str) -> None:
    """Host case, default ports, parameter order, escapes and fragments make no difference."""
    assert same(ask(url=one), ask(url=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a/x", "https://a/x"),
        ("http://a/x", "http://b/x"),
        ("http://a/x", "http://a:8000/x"),
        ("http://a/x", "http://a/x/"),
        ("http://a/x%2Fy", "http://a/x/y"),
        ("http://a/x?a=1&a=2", "http://a/x?a=1"),
        ("http://a/x?a=", "http://a/x"),
        ("http://a:99999/x", "http://a:99998/x"),
    ],
)
def test_different_urls(one: str, other: str) -> None:
    """Everything else in a URL does."""
    assert not same(ask(url=one), ask(url=other))


def test_match_on_leaves_parts_out() -> None:
    """Only the parts asked for count; an unknown one is a misuse that names the known ones."""
    assert same(ask({"a": 1}), ask({"a": 2}, "http://b:1/v1/completions"), ("method", "path"))
    assert not same(ask(method="GET"), ask(), ("method",))
    with pytest.raises(
        Misuse, match=r"(?s)'headers'.*method, scheme, host, port, path, query, body"
    ):
        Matcher(["headers"])


def test_multipart_boundary_does_not_count() -> None:
    """An upload is the same upload although its boundary is drawn anew each time."""
    one, other = (
        ask(f"--{mark}\r\n\r\nfile\r\n--{mark}--".encode(), content_type=f'multipart/form-data; boundary="{mark}"')
        for mark in ("abc1", "xyz9")
    )  # fmt: skip
    assert same(one, other)


def test_equal_requests_are_answered_in_order_once() -> None:
    """Equal requests take their recordings in order, each once; then there is none."""
    shelf = Shelf(recorded(ask("x"), ask("y"), ask("x")), Matcher(ALL))
    assert shelf.peek(ask("x"))
    assert [shelf.take(ask(body)) for body in "yxxxz"] == [1, 0, 2, None, None]
    assert not shelf.peek(ask("x"))
    assert (shelf.played, shelf.unplayed) == ([1, 0, 2], [])


def test_repeats() -> None:
    """With allow_repeats the last of equal recordings answers for ever."""
    shelf = Shelf(recorded(ask("x"), ask("x"), ask("y")), Matcher(ALL), allow_repeats=True)
    assert [shelf.take(ask("x")) for _ in range(4)] == [0, 1, 1, 1]
    assert shelf.peek(ask("x"))
    assert shelf.take(ask("z")) is None
    assert (shelf.played, shelf.unplayed) == ([0, 1, 1, 1], [2])


def test_add() -> None:
    """An interaction put on the shelf later answers after those that were there."""
    shelf = Shelf(recorded(ask("x")), Matcher(ALL))
    assert shelf.add(recorded(ask("x"))[0]) == 1
    assert shelf.unplayed == [0, 1]
    assert [shelf.take(ask("x")) for _ in range(3)] == [0, 1, None]


def test_shelf_is_safe_to_share() -> None:
    """Eight threads take 800 recordings of one request, each exactly once."""
    shelf = Shelf(recorded(*[ask("x")] * 800), Matcher(ALL))
    taken: list[int | None] = []
    threads = [
        threading.Thread(target=lambda: taken.extend([shelf.take(ask("x")) for _ in range(100)]))
        for _ in range(8)
    ]
    pause = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(pause)
    assert sorted(filter(lambda index: index is not None, taken)) == list(range(800))  # type: ignore[type-var]
    assert shelf.played == sorted(shelf.played)


class CountingMatcher(Matcher):
    """A matcher that counts how many keys it makes."""

    made = 0

    def key(self, request: Request) -> Hashable:
        """Count, and give the key."""
        self.made += 1
        return super().key(request)


@pytest.mark.parametrize("count", [1, 300])
def test_a_lookup_makes_one_key(count: int) -> None:
    """However many recordings there are, a request is compared by its one key."""
    requests = [ask({"prompt": f"p{n}"}) for n in range(count)]
    matcher = CountingMatcher(ALL)
    shelf = Shelf(recorded(*requests), matcher)
    shelf.peek(requests[0])
    built = matcher.made
    assert built <= count + 1
    assert all(shelf.take(request) is not None for request in reversed(requests))
    assert matcher.made == built + count


def test_differences_of_leaves() -> None:
    """Each leaf that differs is a line: where, what was recorded, what was asked."""
    old = {"model": "m", "prompt": "a", "n": 1, "stop": ["x"], "k y": True, "messages": [{"c": 1}]}
    new = {
        "model": "m",
        "prompt": "b",
        "n": 1.5,
        "k y": 1,
        "messages": [{"c": None}, {"d": 2}],
        "t": 0,
    }
    assert differences(ask(new), ask(old), ALL) == [
        'body $.prompt: "a" -> "b"',
        "body $.n: 1 -> 1.5",
        'body $.stop: ["x"] -> (absent)',
        'body $["k y"]: true -> 1',
        "body $.messages[0].c: 1 -> null",
        'body $.messages[1]: (absent) -> {"d": 2}',
        "body $.t: (absent) -> 0",
    ]
    assert differences(ask([1]), ask({"a": 1}), ALL) == ['body $: {"a": 1} -> [1]']


def test_long_texts_are_cut_to_where_they_differ() -> None:
    """Of two long prompts only the surroundings of the first difference are shown."""
    start, end = "Once upon a time " * 40, " and so on" * 40
    (line,) = differences(ask({"p": f"{start}fox{end}"}), ask({"p": f"{start}cat{end}"}), ALL)
    assert line.startswith('body $.p: "…upon a time cat and so on')
    assert '-> "…upon a time fox and so on' in line
    assert len(line) <= 200


@given(JSON, JSON, st.text(max_size=400), st.text(max_size=400))
def test_lines_are_short_and_few(one: Any, other: Any, name: str, text: str) -> None:
    """No more than twelve lines, none longer than 200 characters or with control characters."""
    a, b = (
        ask({name: text, "x": one}),
        ask({name: text[1:], "x": other, text: 1}, url=f"{URL}?{name}"),
    )
    lines = differences(a, b, ALL)
    assert len(lines) <= 12
    assert all(len(line) <= 200 and line.isprintable() for line in lines)


def test_more_differences_are_counted() -> None:
    """What does not fit into twelve lines is counted in the last."""
    lines = differences(ask(list(range(1, 31))), ask(list(range(30))), ALL)
    assert (len(lines), lines[-1]) == (12, "… and 19 more differences")


def test_differences_outside_the_body() -> None:
    """Method, path and query are told part by part; what match_on leaves out is not."""
    asked = ask(method="GET", url="https://api.openai.com/v1/chat?a=1&b=2")
    old = ask(url="https://api.openai.com/v1/completions?a=2&c=3")
    assert differences(asked, old, ALL) == [
        "method: POST -> GET",
        'path: "/v1/completions" -> "/v1/chat"',
        'query a: "2" -> "1"',
        'query c: "3" -> (absent)',
        'query b: (absent) -> "2"',
    ]
    assert differences(asked, old, ("host", "body")) == []


def test_differences_of_other_bodies() -> None:
    """Texts that are no JSON are compared as texts, bytes by their length."""
    assert differences(ask(b"a=2"), ask(b"a=1"), ALL) == ['body: "a=1" -> "a=2"']
    assert differences(ask(b""), ask(b"a=1"), ALL) == ['body: "a=1" -> (absent)']
    assert differences(ask(b"\xff"), ask(b"a"), ALL) == ["body: 1 bytes -> 1 bytes, not text"]


def test_only_the_host_differs() -> None:
    """A request to another address that is otherwise the same is told in one line."""
    asked = ask({"a": 1}, "http://localhost:8000/v1/completions")
    assert differences(asked, ask({"a": 1}), ALL) == [
        "only the host differs: https://api.openai.com -> http://localhost:8000"
    ]
    assert differences(asked, ask({"a": 2}), ALL)[:2] == [
        "scheme: https -> http",
        "host: api.openai.com -> localhost:8000",
    ]


def test_closest() -> None:
    """The most similar recording is given, others only where they are as similar."""
    rain = {"model": "m", "prompt": "Write a haiku about rain"}
    items = recorded(
        ask({"model": "m", "prompt": "zzz"}),
        ask(rain),
        ask({"model": "m", "prompt": "Write a haiku about snow"}),
        ask(rain, "http://other/v1/completions"),
        ask(method="GET", url="http://elsewhere/health"),
        ask(rain),
    )
    asked = ask({"model": "m", "prompt": "Write a haiku about snow"})
    assert closest(asked, items, Matcher(ALL)) == [(2, [])]
    hail = ask({"model": "m", "prompt": "Write a haiku about rail"})
    found = closest(hail, items, Matcher(ALL))
    assert [index for index, _ in found] == [1, 5]
    assert found[0][1] == [
        'body $.prompt: "Write a haiku about rain" -> "Write a haiku about rail"'
    ]
    assert [index for index, _ in closest(hail, items, Matcher(ALL), limit=1)] == [1]


def test_closest_in_a_large_cassette() -> None:
    """Among 2000 recordings some of the most similar are found."""
    items = recorded(*(ask({"prompt": f"{n} " + "word " * 200}) for n in range(2000)))
    found = closest(ask({"prompt": "77 " + "word " * 200 + "!"}), items, Matcher(ALL))
    assert len(found) == 3
