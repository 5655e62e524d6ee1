"""What the consumers share: their own error, the LLM model they ask, one plain request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

MODEL = "tiny"
STORY = "Tell me a story:"


class AppError(Exception):
    """The application's own error: the answer cannot be used."""


def posted(http: httpx.Client, prompt: str | list[str] = STORY, **more: object) -> dict[str, Any]:
    """Ask with httpx; give the decoded body as it is."""
    response = http.post("completions", json={"model": MODEL, "prompt": prompt, **more})
    response.raise_for_status()
    return response.json()  # type: ignore[no-any-return]
