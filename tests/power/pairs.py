"""Every pair and every innocent, in the order of the table."""

from __future__ import annotations

from tests.power.consumers import (
    choices,
    envelope,
    finish,
    gateways,
    innocent,
    logprobs,
    other_clients,
    retries,
    sse,
    streams,
    text,
    transport,
    usage,
)

PAIRS = {
    pair.name: pair
    for module in (
        usage,
        finish,
        choices,
        logprobs,
        text,
        envelope,
        streams,
        sse,
        retries,
        transport,
        gateways,
    )
    for pair in module.PAIRS
}
INNOCENTS = {one.name: one for module in (innocent, other_clients) for one in module.INNOCENTS}
