"""Everything pytest-argot raises or warns about.

::

    Exception
    └── ArgotError
        ├── CassetteMissing
        ├── CassetteCorrupt
        ├── Misuse
        ├── SchemaDrift        (also an AssertionError)
        └── SecretFound
    BaseException
    ├── NetworkBlocked
    │   └── NetworkBlockedInThread   (also an Exception)
    └── NoMatch
        └── NoMatchInThread          (also an Exception)
    UserWarning
    └── ArgotWarning
        ├── DriftWarning
        └── UnplayedWarning

Every message has the same three parts: what happened, where, and the one command that fixes it.
"""

from __future__ import annotations


def compose(what: str, where: str = "", fix: str = "") -> str:
    """Join the three parts of a message; empty parts are left out."""
    parts = [what]
    if where:
        parts.append(f"  where: {where}")
    if fix:
        parts.append(f"  fix:   {fix}")
    return "\n".join(parts)


class ArgotError(Exception):
    """An error of pytest-argot.

    ``what`` happened, ``where`` (file:line, JSON path) and the ``fix`` (one command) are kept as
    attributes; ``str()`` shows all three.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(compose(what, where, fix))
        self.what = what
        self.where = where
        self.fix = fix


class CassetteMissing(ArgotError):  # noqa: N818 - a public name of the contract
    """There is no cassette and the record mode forbids making one."""


class CassetteCorrupt(ArgotError):  # noqa: N818 - a public name of the contract
    """A cassette that cannot be trusted: empty, truncated, in conflict, not a cassette."""


class Misuse(ArgotError):  # noqa: N818 - reads as what it is
    """A name, option, setting or value that is not allowed."""


class SchemaDrift(ArgotError, AssertionError):  # noqa: N818 - a public name of the contract
    """A recorded response no longer fits its response model."""


class SecretFound(ArgotError):  # noqa: N818 - a public name of the contract
    """Something that looks like a secret was about to reach the disk."""


class NoMatch(BaseException):
    """A request the cassette has no answer for.

    Derives from ``BaseException`` so that no ``except Exception`` in the code under test and no
    retry loop of an SDK swallows, renames or delays it.
    """


class NoMatchInThread(NoMatch, Exception):  # noqa: N818 - named after what it is
    """``NoMatch`` outside the tape's own thread.

    Also an ``Exception``: the workers of ``multiprocessing.pool.ThreadPool`` catch nothing else,
    and a worker that dies of it leaves ``map`` waiting for ever.
    """


class NetworkBlocked(BaseException):
    """A connection that would have left the machine while nothing may be recorded."""


class NetworkBlockedInThread(NetworkBlocked, Exception):  # noqa: N818 - the same
    """``NetworkBlocked`` outside the tape's own thread (see ``NoMatchInThread``)."""


class ArgotWarning(UserWarning):
    """Base of every warning of pytest-argot, so that one filter catches them all."""


class DriftWarning(ArgotWarning):
    """Drift at level ``warn``."""


class UnplayedWarning(ArgotWarning):
    """A passing test did not ask for every interaction of its cassette."""
