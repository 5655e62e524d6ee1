"""The decorated tests that were collected: who shares a cassette, and who is no longer there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.tape.plan import Plan


@dataclass
class Collected:
    """The plans of the decorated tests, deselected ones too, by the cassette they write.

    ``whole``: whether every test of a collected file is known.
    """

    whole: bool = False
    _plans: dict[Path, list[tuple[Plan, bool]]] = field(
        default_factory=dict["Path", "list[tuple[Plan, bool]]"]
    )
    _tests: dict[Path, set[str]] = field(default_factory=dict["Path", "set[str]"])
    _variants: set[tuple[Path, str]] = field(default_factory=set["tuple[Path, str]"])

    def add(self, plan: Plan, *, reads_data: bool) -> None:
        """Note a test; ``reads_data``: whether it asks for a data fixture."""
        self._plans.setdefault(plan.path, []).append((plan, reads_data))
        file, _, _ = plan.test.partition("::")
        self._tests.setdefault(plan.settings.root / file, set()).add(plan.test)

    def add_variant(self, root: Path, test: str) -> None:
        """Note a test under a variant, by its node id from ``root``."""
        self._variants.add((root, test))

    def is_shared(self, cassette: Path) -> bool:
        """Tell whether several tests write a cassette."""
        return len(self._plans.get(cassette, ())) > 1

    def recorder(self, cassette: Path) -> Plan | None:
        """Give the plan of a test that can record a cassette, because it makes its own requests."""
        tests = self._plans.get(cassette, ())
        askers = [plan for plan, reads_data in tests if not (reads_data or plan.locked)]
        return min(askers, key=lambda plan: plan.lenient, default=None)

    def is_gone(self, root: Path, test: str) -> bool:
        """Tell whether a test, by its node id from ``root``, is surely no decorated test any more.

        Its file is not there, or was collected whole without it.
        """
        file = root / test.partition("::")[0]
        if not self.whole or file not in self._tests:
            return not file.exists()
        return test not in self._tests[file]

    def lacks(self, root: Path, test: str, *, full: bool) -> bool:
        """Tell whether a test under a variant, by its node id, is surely none any more.

        ``full``: whether all variants were planned, so that one that is not there is gone, too.
        """
        file = root / test.partition("::")[0]
        if not self.whole or file not in self._tests:
            return not file.exists()
        if full:
            return (root, test) not in self._variants
        return not any(_is_variant(test, each) for each in self._tests[file])

    @property
    def only_replays(self) -> bool:
        """Whether no test may send anything to a live API."""
        plans = [plan for tests in self._plans.values() for plan, _ in tests]
        return all(plan.record == "none" and not plan.disabled for plan in plans)


def _is_variant(test: str, plain: str) -> bool:
    """Tell whether a node id may be that of a plain one with a variant."""
    if plain.endswith("]"):
        return test.startswith(f"{plain[:-1]}-")
    return test.startswith((f"{plain}[", f"{plain}("))
