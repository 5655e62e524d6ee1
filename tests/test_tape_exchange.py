"""Live requests and responses."""

from __future__ import annotations

from pytest_argot.tape.exchange import LiveRequest, LiveResponse


def test_nothing_shows_what_is_live() -> None:
    """What has not been masked is not in a repr, and so not in the locals of a traceback."""
    headers, secret = {"x": "hunter2"}, b"hunter2"
    url = "https://x.com/hunter2"
    asked = LiveRequest(method="POST", url=url, headers=headers, body=secret)
    answer = LiveResponse(status=200, reason="hunter2", headers=headers, body=secret)
    assert repr((asked, answer)) == "(LiveRequest(method='POST'), LiveResponse(status=200))"


def test_requests_that_differ_are_told_apart() -> None:
    """One byte anywhere makes another request, a credential or a second value included."""
    said = [
        ("POST", "https://a/", {"a": "b", "c": "d"}, b"x"),
        ("PUT", "https://a/", {"a": "b", "c": "d"}, b"x"),
        ("POST", "https://b/", {"a": "b", "c": "d"}, b"x"),
        ("POST", "https://a/", {"a": "b", "c": "e"}, b"x"),
        ("POST", "https://a/", {"a": ["b", "d"], "c": []}, b"x"),
        ("POST", "https://a/", {"a": "c", "b": "d"}, b"x"),
        ("POST", "https://a/", {"a": "b", "c": "d"}, b"y"),
    ]
    asked = [LiveRequest(method=m, url=u, headers=h, body=b) for m, u, h, b in said]
    assert len({each.identity for each in asked}) == len(said)
    again = LiveRequest(method="POST", url="https://a/", headers={"a": "b", "c": "d"}, body=b"x")
    assert again.identity == asked[0].identity
