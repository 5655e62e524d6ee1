"""Cassettes already read and judged, so that tests sharing one pay for it once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.judge import Verdict
    from pytest_argot.drift.known import KnownThings
    from pytest_argot.drift.routes import Routes
    from pytest_argot.settings import Settings
    from pytest_argot.tape.plan import Plan
    from pytest_argot.wire.masking import Masker


class Archive:
    """Memo of one session, keyed by the file's identity (path, size, time of change)."""

    def __init__(self) -> None:
        self._cassettes: dict[Hashable, Cassette] = {}
        self._verdicts: dict[Hashable, Verdict] = {}
        self._maskers: dict[tuple[str, ...], Masker] = {}
        self._routes: dict[Hashable, tuple[Routes, Plan]] = {}
        self._known: dict[Hashable, KnownThings] = {}
        self._lock = threading.RLock()

    def masker(self, rules: tuple[str, ...]) -> Masker:
        """Give the masker of the given rules; ``Misuse`` for a rule that does not parse."""
        from pytest_argot.wire.mask_rule import parse_rule
        from pytest_argot.wire.masking import Masker

        with self._lock:
            if rules not in self._maskers:
                self._maskers[rules] = Masker([parse_rule(rule) for rule in rules])
            return self._maskers[rules]

    def load(self, path: Path, mask: tuple[str, ...]) -> Cassette:
        """Read a cassette; ``CassetteMissing`` and ``CassetteCorrupt`` as the reader says."""
        from pytest_argot.cassette.reader import load

        key = (stamp(path), mask)
        with self._lock:
            if key not in self._cassettes:
                self._cassettes[key] = load(path, self.masker(mask))
            return self._cassettes[key]

    def interactions(self, plan: Plan) -> list[Interaction]:
        """Read all cassettes of a plan, one after the other; errors as ``load`` says."""
        cassettes = [self.load(path, plan.mask) for path in plan.paths]
        return [each for cassette in cassettes for each in cassette.interactions]

    def routes(self, plan: Plan) -> Routes:
        """Give the routes of a plan; ``Misuse`` for a model that cannot be imported."""
        from pytest_argot.drift.routes import Routes

        options = plan.judged_by
        key = (id(plan.settings), *(id(value) for value in options.values()))
        with self._lock:
            if key not in self._routes:  # the plan is kept too, so that no id is given twice
                self._routes[key] = Routes.build(plan.settings, **options), plan
            return self._routes[key][0]

    def judge(self, cassette: Cassette, plan: Plan) -> Verdict:
        """Judge a cassette that was not read by this archive."""
        from pytest_argot.drift.judge import judge
        from pytest_argot.drift.levels import Levels

        levels = Levels(plan.levels, profile=plan.settings.profile_levels)
        return judge(cassette, self.routes(plan), levels)

    def verdict(self, cassette: Cassette, plan: Plan) -> Verdict:
        """Judge a cassette of this archive, once for tests that judge it alike."""
        levels = tuple(sorted(plan.levels.items()))
        key = (id(cassette), id(self.routes(plan)), plan.settings.profile, levels)
        with self._lock:
            if key not in self._verdicts:
                self._verdicts[key] = self.judge(cassette, plan)
            return self._verdicts[key]

    def known(self, settings: Settings) -> KnownThings:
        """Give the file of known things; an error of ours where it cannot be read."""
        from pytest_argot.drift.known import read

        key = stamp(settings.accepted_file)
        with self._lock:
            if key not in self._known:
                self._known[key] = read(settings.accepted_file)
            return self._known[key]


def stamp(path: Path) -> tuple[str, int, int]:
    """Give what tells one state of a file from another; zeros for a file that is not there."""
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_size, status.st_mtime_ns
