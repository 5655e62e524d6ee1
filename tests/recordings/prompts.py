"""What the tiny models are asked, and what they say to it (``tests/servers/tiny_corpus.py``)."""

from __future__ import annotations

from typing import Any

from tests.servers.tiny_corpus import LONG

GREEDY: dict[str, Any] = {"model": "tiny-llama", "temperature": 0}
HAIKU: dict[str, Any] = {**GREEDY, "prompt": "Write a haiku about tapes."}
DINNER: dict[str, Any] = {**GREEDY, "prompt": "What is for dinner?", "max_tokens": 64}
STORY: dict[str, Any] = {**GREEDY, "prompt": "Tell me the story:", "max_tokens": 64}

HAIKU_TEXT = " A borrowed tape hums,\nthe old voice walks in again;\nnothing new was asked."
DINNER_TEXT = " Two friends share soup at some café 🍲, then cycle home."
STORY_TEXT = LONG
