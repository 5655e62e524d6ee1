"""The family ``content``: what may stand in a text."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.fuzz.edit import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_argot.fuzz.field import Field

HUGE: Final = 100_000
"""Characters of a huge text."""

LINES: Final = 100
"""Lines of a text of many lines."""

TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "empty": "",
        "emoji": "{} \U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1f0 \u2764\ufe0f",
        "fenced": '```json\n{"argot": 1}\n```',
        "padded": "\n\n  {}\n  ",
        "line-separators": "a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg",
        "markup": "<b>{}</b> & <script>alert('x')</script> [x](https://example.com) `%s` {0}",
        "backslashes": "C:\\Users\\argot \\d+ \\1 \\g<0> {} \\",
        "special-tokens": "{}<|endoftext|><|im_end|>[/INST]</s>",
        "huge": "",
        "control": "a\u0000b\u0007c\u001b[31md\u007f\ufeff",
        "json": '{"argot": [1, "two", null]}',
        "done": "{} [DONE]\n\ndata: [DONE]\n\n",
        "thinking": "<think>\nHm.\n</think>\n\n{}",
        "blank": " ",
        "newline": "\n",
        "cut-character": "{}\ufffd",
        "quotes": '"\'\\ \\n \\" %s %(x)s ${x} $(x) ../..',
        "many-lines": "",
        "one-line": "",
        "windows-lines": "one\r\ntwo\rthree\n",
        "combining": "Cafe\u0301 n\u0303 Z\u0351\u036b\u0343\u036a",
        "right-to-left": "\u05e9\u05dc\u05d5\u05dd \u202e\u0645\u0631\u062d\u0628\u0627\u202c {}",
        "digits": "604846",
        "null-word": "null",
        "other": "{}-2026-01-31",
        "non-breaking": "a\u00a0b\u200bc\u3000d",
    }
)
"""Texts by name, the likeliest to break something first; ``{}`` stands for the recorded one."""

_CONTENT: Final = tuple(name for name in TEXTS if name != "other")
_OTHERS: Final = ("other", "empty", "blank", "emoji", "huge", "control", "quotes")
"""What is tried on texts that are no content: ids and names."""

_ALIAS: Final = 17
"""The weight of another LLM model's name: servers answer an alias with what it stands for."""

_FIRST: Final = ("text", "content", "output_text", "refusal", "arguments")


def content_edits(field: Field) -> Iterator[Edit]:
    """Give other texts for a field that holds text."""
    recorded = field.value
    if not isinstance(recorded, str) or (field.shape and field.shape.words):
        return
    leading = field.name in _FIRST
    for name in _CONTENT if leading else _OTHERS:
        new = _text(name, recorded)
        if new != recorded:
            weight = 0 if leading else 18 + 2 * field.depth
            if name == "other" and field.name == "model":
                weight = _ALIAS
            yield Edit(path=field.path, label=name, new=new, weight=weight)


def _text(name: str, recorded: str) -> str:
    if name == "one-line":
        return " ".join(recorded.split())
    if name == "many-lines":
        return "\n".join([(recorded.strip() or "tape")[: HUGE // LINES]] * LINES)
    if name == "huge":
        seed: Any = recorded.strip() or "tape "
        return str(f"{seed} " * (HUGE // (len(seed) + 1) + 1))[:HUGE]
    return TEXTS[name].replace("{}", recorded)
