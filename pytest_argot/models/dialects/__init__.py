"""How each server family speaks the completions API: ``dialect(name)``, ``DIALECTS``."""

from pytest_argot.models.dialects.dialect import Dialect
from pytest_argot.models.dialects.registry import DIALECTS, dialect

__all__ = ["DIALECTS", "Dialect", "dialect"]
