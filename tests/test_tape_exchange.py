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
