"""Consumers that read log probabilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.power.consumers.asking import MODEL, STORY, posted
from tests.power.pair import Pair

if TYPE_CHECKING:
    import httpx
    import openai


def first_logprob_null(client: openai.OpenAI) -> float:
    """The first token of an echoed prompt has no probability.

    Source: stanford-crfm/helm#54, facebookresearch/ParlAI#4899.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY, logprobs=1, echo=True)
    scores = [choice.logprobs.token_logprobs for choice in answer.choices if choice.logprobs]
    return sum(sum(of_choice) for of_choice in scores if of_choice)


def first_logprob_null_fixed(client: openai.OpenAI) -> float:
    """Tokens without a probability do not count."""
    answer = client.completions.create(model=MODEL, prompt=STORY, logprobs=1, echo=True)
    scores = [choice.logprobs.token_logprobs for choice in answer.choices if choice.logprobs]
    return sum(score for of_choice in scores for score in of_choice or [] if score is not None)


def logprobs_null(client: openai.OpenAI) -> list[int]:
    """Log probabilities were asked for, and are null all the same.

    Source: EricLBuehler/mistral.rs#1876, ggml-org/llama.cpp#11346.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY, logprobs=1)
    return [len(choice.logprobs.tokens or []) for choice in answer.choices]  # type: ignore[union-attr]


def logprobs_null_fixed(client: openai.OpenAI) -> list[int]:
    """No log probabilities, no tokens."""
    answer = client.completions.create(model=MODEL, prompt=STORY, logprobs=1)
    given = [choice.logprobs for choice in answer.choices]
    return [len(logprobs.tokens or []) if logprobs else 0 for logprobs in given]


def logprobs_absent(http: httpx.Client) -> list[int]:
    """The required key ``logprobs`` is not there; Ollama never sends it.

    Source: HazyResearch/manifest#17, sgl-project/sglang#16095.
    """
    choices = posted(http, logprobs=1).get("choices") or []
    given = [choice["logprobs"] for choice in choices]
    return [len(logprobs.get("tokens") or []) if logprobs else 0 for logprobs in given]


def logprobs_absent_fixed(http: httpx.Client) -> list[int]:
    """A key that is not there is as good as null."""
    choices = posted(http, logprobs=1).get("choices") or []
    given = [choice.get("logprobs") or {} for choice in choices]
    return [len(logprobs.get("tokens") or []) for logprobs in given]


def impossible_token(http: httpx.Client) -> list[float]:
    """A probability of zero is told as -9999, and its perplexity has no number.

    Source: dphnAI/sonar#183, madroidmaq/mlx-omni-server#56.
    """
    return [math.exp(-sum(scores) / len(scores)) for scores in _scores(http)]


def impossible_token_fixed(http: httpx.Client) -> list[float]:
    """What is impossible counts as most unlikely."""
    clipped = ([max(score, -100.0) for score in scores] for scores in _scores(http))
    return [math.exp(-sum(scores) / len(scores)) for scores in clipped]


def _scores(http: httpx.Client) -> list[list[float]]:
    choices = posted(http, logprobs=1).get("choices") or []
    told = ((choice.get("logprobs") or {}).get("token_logprobs") or [] for choice in choices)
    known = ([score for score in scores if score is not None] for scores in told)
    return [scores for scores in known if scores]


PAIRS = (
    Pair(impossible_token, impossible_token_fixed, ("observed",), ("OverflowError",)),
    Pair(first_logprob_null, first_logprob_null_fixed, ("valid",), ("TypeError",)),
    Pair(logprobs_null, logprobs_null_fixed, ("valid",), ("AttributeError",)),
    Pair(logprobs_absent, logprobs_absent_fixed, ("observed",), ("KeyError",)),
)
