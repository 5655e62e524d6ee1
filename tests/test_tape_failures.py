"""Failures are recorded as what they were, and replayed as the same error after the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_argot import use_cassette
from tests.failing_clients import CLIENTS, Outcome
from tests.servers.server_process import free_port
from tests.servers.unruly import BODY, BREAKS, FRAMINGS, SILENCES, UnrulyServer
from tests.taping import READ, tape_home

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["tape_home"]
pytestmark = pytest.mark.usefixtures("tape_home")
EVERY_CLIENT = pytest.mark.parametrize("client", CLIENTS)
PATIENCE = {"stall": 0.3, "mute": 0.3}
"""Seconds to wait where nothing will come; elsewhere nobody runs out of time."""

KINDS = {
    "cut": "cut",
    "reset": "reset",
    "stall": "read_timeout",
    "hangup": "cut",
    "slam": "reset",
    "mute": "read_timeout",
}


@pytest.fixture(scope="module")
def unruly() -> Iterator[UnrulyServer]:
    """A server that breaks off, resets and stalls."""
    with UnrulyServer() as server:
        yield server


def patience(url: str) -> float:
    """Give the seconds that are enough to wait for this URL."""
    return next((seconds for how, seconds in PATIENCE.items() if f"/{how}/" in url), 20.0)


def untaped_recorded_replayed(client: str, url: str) -> tuple[Outcome, Outcome, Outcome]:
    """Ask three times: without a tape, recording, and replaying in a mode that asks nobody."""
    ask = CLIENTS[client]
    untaped = ask(url, patience(url))
    with use_cassette("failure", record="once", **READ):
        recorded = ask(url, patience(url))
    with use_cassette("failure", record="none", **READ):
        replayed = ask(url, patience(url))
    return untaped, recorded, replayed


@EVERY_CLIENT
@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_body_that_breaks_off(unruly: UnrulyServer, client: str, how: str, framing: str) -> None:
    """Each client gets the same pieces and the same error untaped, recording and replaying."""
    untaped, recorded, replayed = untaped_recorded_replayed(client, unruly.url(how, framing))
    assert recorded.error == untaped.error
    assert recorded.body == untaped.body
    assert replayed == recorded


@EVERY_CLIENT
@pytest.mark.parametrize("how", SILENCES)
def test_a_server_that_does_not_answer(unruly: UnrulyServer, client: str, how: str) -> None:
    """Each client meets the same error untaped, recording and replaying."""
    untaped, recorded, replayed = untaped_recorded_replayed(client, unruly.url(how))
    assert untaped.error
    assert recorded == untaped
    assert replayed == recorded


@EVERY_CLIENT
def test_a_server_that_is_not_there(client: str) -> None:
    """A refused connection is recorded and replayed, too."""
    url = f"http://127.0.0.1:{free_port()}/"
    untaped, recorded, replayed = untaped_recorded_replayed(client, url)
    assert untaped.error
    assert recorded == untaped
    assert replayed == recorded


@EVERY_CLIENT
def test_a_name_nobody_knows(client: str) -> None:
    """So is a name that has no address."""
    untaped, recorded, replayed = untaped_recorded_replayed(client, "http://nobody.invalid/")
    assert untaped.error
    assert recorded == untaped
    assert replayed == recorded


@EVERY_CLIENT
@pytest.mark.parametrize("how", KINDS)
def test_the_kind_that_is_kept(unruly: UnrulyServer, client: str, how: str) -> None:
    """Whatever the client, the cassette says how the exchange failed."""
    with use_cassette("failure", record="once", **READ) as tape:
        CLIENTS[client](unruly.url(how), patience(unruly.url(how)))
    streams = [interaction.response.stream for interaction in tape.recorded]
    assert [stream and stream.failed for stream in streams] == [KINDS[how]]


@EVERY_CLIENT
@pytest.mark.parametrize("how", ["whole", "bytewise"])
@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_body_that_dribbles(unruly: UnrulyServer, client: str, how: str, framing: str) -> None:
    """Pieces as small as a byte, with edges inside a character, come out as they went in."""
    untaped, recorded, replayed = untaped_recorded_replayed(client, unruly.url(how, framing))
    assert untaped.body == BODY
    assert not untaped.error
    assert recorded.body == BODY
    assert replayed == recorded
