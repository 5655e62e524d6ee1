"""What may be set, where, and to which values; read by the plugin and the command line alike."""

from pytest_argot.settings.file import find, here, load
from pytest_argot.settings.keys import FAIL_ON, RECORD_MODES, RECORD_SYNONYMS, STALE, RouteSetting
from pytest_argot.settings.layout import Layout
from pytest_argot.settings.options import Options, options_of
from pytest_argot.settings.profiles import PROFILES
from pytest_argot.settings.table import Settings, is_yes_or_no, scalar_flags

__all__ = [
    "FAIL_ON",
    "PROFILES",
    "RECORD_MODES",
    "RECORD_SYNONYMS",
    "STALE",
    "Layout",
    "Options",
    "RouteSetting",
    "Settings",
    "find",
    "here",
    "is_yes_or_no",
    "load",
    "options_of",
    "scalar_flags",
]
