"""A story told by real commands: each is shown, run, and must end as the story says."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from pytest_argot.cli.screen import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TIMEOUT = 120
"""Longest run of one command, in seconds."""

_LEAKING = ("ARGOT_", "CI", "COLUMNS", "GITHUB_ACTIONS", "OPENAI_", "PYTEST_")
_SHOWN = 45
_SUMMARY = " short test summary info "
_OUTCOMES = ("FAILED ", "ERROR ", "SKIPPED ")
_NOISE = ("platform ", "rootdir: ", "plugins: ", "configfile: ", "cachedir: ")


class StoryBroken(Exception):  # noqa: N818 - reads as what it is
    """A step did not end as the story says."""


@dataclass
class Story:
    """A folder to play in and the environment its commands get.

    Whatever would make a run here differ from the next (CI, keys, options in variables) is left
    out of the environment; temporary files stay inside the folder's own ``tmp``.
    """

    folder: Path
    extra: Mapping[str, str] = field(default_factory=dict[str, str])
    chapters: int = 0

    def chapter(self, text: str) -> None:
        """Print the heading of the next step."""
        self.chapters += 1
        say(f"\n{self.chapters}. {text}", bold=True)

    def pytest(
        self,
        *options: str,
        exit_code: int,
        must_say: Sequence[str] = (),
        key: str = "",
        in_ci: bool = False,
    ) -> str:
        """Run pytest on the folder, as CI does or with an API key at hand; see ``run``."""
        shown = " ".join(("CI=true pytest" if in_ci else "pytest", *options))
        command = [sys.executable, "-m", "pytest", *options]
        variables = {"OPENAI_API_KEY": key} if key else {}
        return self.run(
            shown, command, exit_code, must_say, {**variables, "CI": "true"} if in_ci else variables
        )

    def argot(self, *options: str, exit_code: int, must_say: Sequence[str] = ()) -> str:
        """Run our own command line; see ``run``."""
        shown = " ".join(f'"{option}"' if " " in option else option for option in options)
        command = [sys.executable, "-m", "pytest_argot", *options]
        return self.run(f"argot {shown}", command, exit_code, must_say, {})

    def run(
        self,
        shown: str,
        command: Sequence[str],
        exit_code: int,
        must_say: Sequence[str],
        variables: Mapping[str, str],
    ) -> str:
        """Show a command, run it, show its output and exit code; give the output.

        ``StoryBroken`` when the exit code or a text that must be in the output is missing.
        """
        say(f"\n   $ {shown}", fg="cyan")
        done = self._ended(command, variables)
        output = done.stdout.replace(str(self.folder), ".")
        for line in trimmed(output):
            say(f"   {line}")
        say(f"   exit {done.returncode}", fg="green" if done.returncode == exit_code else "red")
        missing = [text for text in must_say if text not in output]
        if done.returncode != exit_code or missing:
            why = f"expected exit {exit_code}" + "".join(f" and {text!r}" for text in missing)
            raise StoryBroken(f"{shown}: {why}, got exit {done.returncode} and:\n{output}")
        return output

    def rename(self, old: Path, new: Path) -> None:
        """Show and do ``mv``."""
        say(f"\n   $ mv {old.as_posix()} {new.as_posix()}", fg="cyan")
        self.check(self.has(old), f"{old} is there")
        self.folder.joinpath(old).replace(self.folder / new)

    def remove(self, file: Path) -> None:
        """Show and do ``rm``."""
        say(f"\n   $ rm {file.as_posix()}", fg="cyan")
        self.folder.joinpath(file).unlink()

    def has(self, file: Path) -> bool:
        """Tell whether a file is in the folder."""
        return self.folder.joinpath(file).is_file()

    def read(self, file: Path) -> str:
        """Give the text of a file in the folder."""
        self.check(self.has(file), f"{file} is there")
        return self.folder.joinpath(file).read_text(encoding="utf-8")

    def check(self, holds: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Break the story unless something holds."""
        if not holds:
            raise StoryBroken(f"this should hold and does not: {what}")

    def _ended(
        self, command: Sequence[str], variables: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 - our own interpreter
                command,
                cwd=self.folder,
                env={**self._environment(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise StoryBroken(f"no end within {TIMEOUT} s: {error.cmd}") from error

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_LEAKING)}
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
        local = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        plain = {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
        # What else is installed has no part: it could reorder, slow down or talk over the story.
        alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return {**kept, **own, **local, **plain, **alone, **self.extra}


def say(text: str, **style: object) -> None:
    """Print a line at once, with click's styles on a terminal."""
    styled = click.style(text, **style) if sys.stdout.isatty() else text  # type: ignore[arg-type]
    write(f"{styled}\n")


def trimmed(output: str) -> list[str]:
    """Give the lines worth showing, at most 45: no blank ones, no messages told a second time.

    In CI pytest repeats whole messages in its closing summary.
    """
    body, ruler, summary = output.partition(_SUMMARY)
    lines = [line.rstrip() for line in body.splitlines()]
    lines += [line for line in summary.splitlines()[1:] if line.startswith(_OUTCOMES)]
    lines += output.splitlines()[-1:] if ruler else []
    kept = [line for line in lines if line.strip(" =") and not line.startswith(_NOISE)]
    return kept if len(kept) <= _SHOWN else [*kept[:_SHOWN], f"… {len(kept) - _SHOWN} more lines"]
