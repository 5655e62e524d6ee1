"""Write a tiny Llama checkpoint (about a million parameters) that speaks legible text.

No download and no training. Every token's embedding is one unit vector, attention and feed-forward
weights are zero so that it passes straight through, and the output matrix holds the logits of
``tiny_corpus``. Needs torch, transformers and tokenizers::

    python make_tiny_model.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from tiny_corpus import BEGIN, END, UNKNOWN, Corpus, corpus
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

WIDTH = 512  # at least the size of the vocabulary: each token is a direction of its own
CONTEXT = 4096

# Words with one leading character, numbers, punctuation, white space: how Llama 3 cuts a text,
# and what llama.cpp does for `tokenizer.ggml.pre = "llama-bpe"`.
CUTS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def tokenizer(language: Corpus) -> PreTrainedTokenizerFast:
    """Build the tokenizer: known words are one token, anything else falls apart into bytes."""
    vocabulary = {token: index for index, token in enumerate(language.tokens)}
    pieces = Tokenizer(models.BPE(vocabulary, [language.merge], ignore_merges=True))
    pieces.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(CUTS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ],
    )
    pieces.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=pieces,
        bos_token=BEGIN,
        eos_token=END,
        unk_token=UNKNOWN,
        clean_up_tokenization_spaces=False,
    )


def configuration(language: Corpus) -> LlamaConfig:
    """Describe one layer, as narrow as the vocabulary allows."""
    return LlamaConfig(
        vocab_size=len(language.tokens),
        hidden_size=WIDTH,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=8,
        num_key_value_heads=1,
        max_position_embeddings=CONTEXT,
        bos_token_id=language.tokens.index(BEGIN),
        eos_token_id=language.tokens.index(END),
        tie_word_embeddings=False,
    )


def fill(model: LlamaForCausalLM, language: Corpus) -> None:
    """Set every weight: zero, but for the norms, the unit vectors and the successors."""
    scale = float(WIDTH) ** 0.5  # the length a unit vector has after the last norm
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.fill_(1.0 if "norm" in name else 0.0)
        model.model.embed_tokens.weight.copy_(torch.eye(len(language.tokens), WIDTH))
        for (token, after), logit in language.logits.items():
            model.lm_head.weight[after, token] = logit / scale


def make(folder: Path) -> None:
    """Write config, weights and tokenizer into ``folder``."""
    language = corpus()
    model = LlamaForCausalLM(configuration(language))
    fill(model, language)
    model.generation_config.do_sample = True  # else the server ignores a temperature
    model.save_pretrained(folder)
    tokenizer(language).save_pretrained(folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
