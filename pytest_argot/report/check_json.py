"""``argot check --format json``: the findings for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from pytest_argot.drift.finding import Level

if TYPE_CHECKING:
    from pytest_argot.report.outcome import Outcome

VERSION = 1


def check_json(outcome: Outcome) -> str:
    """Give one JSON document, ending in a line break.

    Keys: ``version`` (1), ``summary`` (counts), ``findings`` (one per cassette, kind and path;
    ``interactions`` lists their indices, ``accepted`` tells the known ones) and ``unreadable``
    (``cassette``, ``line``, ``message``).
    """
    document = {
        "version": VERSION,
        "summary": summary(outcome),
        "findings": [finding.to_dict() for finding in outcome.findings],
        "unreadable": [asdict(file) for file in outcome.unreadable],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def summary(outcome: Outcome) -> dict[str, int]:
    """Give the counts: files, exchanges, responses, open and accepted findings, the exit code."""
    return {
        "cassettes": outcome.cassettes,
        "interactions": outcome.interactions,
        "judged": outcome.judged,
        "unmodelled": outcome.unmodelled,
        "error": outcome.number(Level.ERROR),
        "warn": outcome.number(Level.WARN),
        "info": outcome.number(Level.INFO),
        "accepted": len(outcome.findings) - len(outcome.open_findings),
        "unseen": outcome.unseen,
        "stale": len(outcome.stale),
        "unreadable": len(outcome.unreadable),
        "exit": outcome.exit_code,
    }
