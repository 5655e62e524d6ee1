"""What may be set, where, and to which values; read by the plugin and the command line alike."""

from pytest_argot.settings.file import find, load
from pytest_argot.settings.options import Options, options_of
from pytest_argot.settings.table import (
    FAIL_ON,
    RECORD_MODES,
    RouteSetting,
    Settings,
    scalar_flags,
)

__all__ = [
    "FAIL_ON",
    "RECORD_MODES",
    "Options",
    "RouteSetting",
    "Settings",
    "find",
    "load",
    "options_of",
    "scalar_flags",
]
