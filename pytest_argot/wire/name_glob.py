"""Names with ``*`` in them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

_SPECIAL = re.compile(r"[?\[]")


def matches(name: str, glob: str) -> bool:
    """Tell whether ``glob`` matches ``name``; ``*`` is any run of characters, dots included.

    Everything else stands for itself, brackets too: ``filter[user]`` is a common parameter.
    """
    return fnmatchcase(name, _SPECIAL.sub(r"[\g<0>]", glob))
