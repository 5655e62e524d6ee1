"""What the plugin knows for the length of one pytest session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_argot.plugin.collected import Collected
from pytest_argot.plugin.flags import SettingsBook
from pytest_argot.plugin.fuzzing import Fuzzing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_argot.fuzz.variant import Variant
    from pytest_argot.plugin.run import Run
    from pytest_argot.tape.archive import Archive
    from pytest_argot.tape.plan import Plan

WORKER_STARTED = "argot_started"


@dataclass
class Session:
    """Settings, cassettes already read, the tests that use them, and the one running now."""

    book: SettingsBook
    started: str
    fuzzing: Fuzzing
    running: Run | None = None
    collected: Collected = field(default_factory=Collected)
    _archives: list[Archive] = field(default_factory=list["Archive"])

    @property
    def archive(self) -> Archive:
        """The cassettes read so far; made when the first decorated test needs it."""
        if not self._archives:
            from pytest_argot.tape.archive import Archive

            self._archives.append(Archive())
        return self._archives[0]

    def variants(self, plan: Plan, *, data: bool) -> Mapping[str, Variant]:
        """Give a test's variants by id; see ``Fuzzing.variants``."""
        return self.fuzzing.variants(plan, self.archive, data=data)

    def lost_variants(self, plan: Plan) -> list[str]:
        """Give the variants that are known to fail and that no test has any more, by node id."""
        known = self.archive.known(plan.settings).variants.values()
        full = self.fuzzing.is_full(plan)
        lacks = partial(self.collected.lacks, plan.settings.root, full=full)
        return [each.path for each in known if lacks(each.path)]


SESSION = pytest.StashKey[Session]()


def start(config: pytest.Config) -> None:
    """Begin a session; ``UsageError`` for a flag with a value that is not allowed."""
    workerinput: dict[str, str] = getattr(config, "workerinput", {})
    started = workerinput.get(WORKER_STARTED) or now()
    config.stash[SESSION] = Session(SettingsBook(config), started, Fuzzing.of(config))


def now() -> str:
    """Give the time as cassettes write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
