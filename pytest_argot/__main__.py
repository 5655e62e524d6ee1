"""``python -m pytest_argot`` is the command ``argot``."""

from __future__ import annotations

import sys

from pytest_argot.cli import main

if __name__ == "__main__":
    sys.exit(main())
