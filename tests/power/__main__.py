"""``python -m tests.power [--markdown]``: print the power table; exit 1 for a miss or an accusation."""

from __future__ import annotations

import sys

from tests.power.run import measured
from tests.power.table import aligned, complaints, markdown, rows


def main() -> int:
    """Measure, print, judge."""
    table = rows(measured())
    print(markdown(table) if "--markdown" in sys.argv[1:] else aligned(table))
    wrong = complaints(table)
    if wrong:
        print("\n" + "\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
