"""Whether a failure is the one a bug shows itself by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def shows(symptoms: Iterable[str], told: str) -> bool:
    """Tell whether a failure report names an exception as what was raised, or says a sentence."""
    return any(
        symptom in told if " " in symptom else _raised(symptom, told) for symptom in symptoms
    )


def _raised(name: str, told: str) -> bool:
    return re.search(rf"^E\s+(?:[\w.]+\.)?{re.escape(name)}\b", told, re.MULTILINE) is not None
