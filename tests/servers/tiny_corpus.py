"""What the tiny models say: their vocabulary, and which token follows which.

A model made from this needs no training: token ``a`` points straight at its successors. The last
token of the prompt picks the answer, so a request decides what comes back:

========================  =================================================
the prompt ends with      the answer (greedy)
========================  =================================================
``.``                     a haiku: three lines, two line breaks
``:``                     one long sentence, good for streaming
``?``                     text with an accent and an emoji, in byte tokens
``!``                     a single word
the word ``colour``       one of three colours: temperature and ``n`` branch
anything else             one of the first three answers
========================  =================================================

Both model makers read this file; it imports nothing outside the standard library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

BEGIN, END, UNKNOWN = "<s>", "</s>", "<unk>"
SPECIAL = (BEGIN, END, UNKNOWN)

LONG = (
    " One grey Monday a tiny server forgot its own identity, yet every client stayed green;"
    " only somebody reading last week's recording could see that field go missing and quietly"
    " repaired both before lunch."
)
ANSWERS = (
    (".", " A borrowed tape hums,\nthe old voice walks in again;\nnothing new was asked."),
    (":", LONG),
    ("?", " Two friends share soup at some café \N{POT OF FOOD}, then cycle home."),
    ("!", " Gladly."),
    (" colour", " red, mostly."),
    (" colour", " blue, sometimes."),
    (" colour", " ochre, rarely."),
)
# Words of prompts that are one token each; any other word of a prompt is counted in bytes.
ASKED = "Write a haiku about tapes What is for dinner Tell me the story Name Say hello"
OPENINGS = 3  # the answers for a prompt that ends like none of the cues

STRONGEST, STEP, FAINT = 16.0, 1.0, 3.0  # logits; a token that is no successor has 0
TWO_SPACES = (" ", " ")  # the one merge: a GGUF tokenizer must have at least one

# An ASCII word with the space before and the line break after it, a lone space, or one character
# outside ASCII, which stays split into bytes so that a stream cuts it in the middle.
PIECE = re.compile(r" ?[!-~]+\n?| |[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Corpus:
    """A vocabulary in byte-level spelling, and the logit of every (token, successor)."""

    tokens: tuple[str, ...]
    merge: tuple[str, str]
    logits: dict[tuple[int, int], float]


def byte_alphabet() -> list[str]:
    """List the 256 characters that stand for bytes in GPT-2's byte-level spelling, by byte."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]


def spell(text: str) -> str:
    """Put ``text`` into byte-level spelling: one character for each UTF-8 byte."""
    alphabet = byte_alphabet()
    return "".join(alphabet[byte] for byte in text.encode())


def split(text: str) -> list[str]:
    """List the tokens of ``text``, in byte-level spelling."""
    tokens: list[str] = []
    for piece in PIECE.findall(text):
        tokens.extend([spell(piece)] if piece.isascii() else spell(piece))
    return tokens


def vocabulary() -> tuple[str, ...]:
    """List special tokens, bytes, two spaces, the words of prompts, the words of answers."""
    asked = [*split(ASKED), *map(spell, ASKED.split()), spell("".join(TWO_SPACES))]
    said = [token for cue, answer in ANSWERS for token in [spell(cue), *split(answer)]]
    return tuple(dict.fromkeys([*SPECIAL, *byte_alphabet(), *asked, *said]))


def successors() -> dict[str, list[str]]:
    """Give what follows each token, the preferred one first."""
    following: dict[str, list[str]] = {}
    for cue, answer in ANSWERS:
        for token, after in pairwise([spell(cue), *split(answer), END]):
            if after not in following.setdefault(token, []):
                following[token].append(after)
    return following


def greedy(cue: str, following: dict[str, list[str]]) -> str:
    """Give the most likely answer to ``cue``, in byte-level spelling."""
    tokens = [following[spell(cue)][0]]
    while tokens[-1] != END and len(tokens) < 1000:
        tokens.append(following[tokens[-1]][0])
    return "".join(tokens[:-1])


def check(following: dict[str, list[str]]) -> None:
    """Raise ``ValueError`` when an answer reuses a token in a way that leads into another one."""
    for cue, answer in dict(reversed(ANSWERS)).items():
        if greedy(cue, following) != spell(answer):
            raise ValueError(f"after {cue!r} the model would not say {answer!r}: reword it")


def corpus() -> Corpus:
    """Put the whole language together; the same on every call."""
    tokens, following = vocabulary(), successors()
    check(following)
    number = {token: index for index, token in enumerate(tokens)}
    words = tokens[len(SPECIAL) + 256 :]
    openings = [split(answer)[0] for _, answer in ANSWERS[:OPENINGS]]
    logits: dict[tuple[int, int], float] = {}
    for index, token in enumerate(tokens):
        logits[index, number[words[index % len(words)]]] = FAINT
        for rank, after in enumerate(following.get(token, [openings[index % OPENINGS]])):
            logits[index, number[after]] = STRONGEST - STEP * rank
    return Corpus(tokens, (spell(TWO_SPACES[0]), spell(TWO_SPACES[1])), logits)
