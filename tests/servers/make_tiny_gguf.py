"""Write the tiny Llama of ``make_tiny_model.py`` as one GGUF file, for llama.cpp.

The same vocabulary and the same answers, with no download and no training. Needs gguf, numpy::

    python make_tiny_gguf.py FILE.gguf
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from gguf import GGUFWriter, TokenType
from tiny_corpus import BEGIN, END, SPECIAL, UNKNOWN, Corpus, corpus

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HIDDEN, HEADS, HEAD = 512, 64, 8, 64
CONTEXT = 4096


def output(language: Corpus) -> NDArray[np.float32]:
    """Give the matrix that turns a token's unit vector into the logits of its successors."""
    scale = float(WIDTH) ** 0.5  # the length a unit vector has after the last norm
    matrix = np.zeros((len(language.tokens), WIDTH), dtype=np.float32)
    for (token, after), logit in language.logits.items():
        matrix[after, token] = logit / scale
    return matrix


def tensors(language: Corpus) -> dict[str, NDArray[np.float32]]:
    """Give every weight by its GGUF name."""
    ones = np.ones(WIDTH, dtype=np.float32)
    silent = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (HEAD, WIDTH),
        "attn_v": (HEAD, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (HIDDEN, WIDTH),
        "ffn_up": (HIDDEN, WIDTH),
        "ffn_down": (WIDTH, HIDDEN),
    }
    return {
        "token_embd.weight": np.eye(len(language.tokens), WIDTH, dtype=np.float32),
        "output_norm.weight": ones,
        "output.weight": output(language),
        "blk.0.attn_norm.weight": ones,
        "blk.0.ffn_norm.weight": ones,
        **{f"blk.0.{name}.weight": np.zeros(of, np.float32) for name, of in silent.items()},
    }


def add_sizes(writer: GGUFWriter, language: Corpus) -> None:
    """Describe one layer, as narrow as the vocabulary allows."""
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_rope_dimension_count(HEAD)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(len(language.tokens))


def add_tokenizer(writer: GGUFWriter, language: Corpus) -> None:
    """Describe the tokenizer: known words are one token, anything else falls apart into bytes."""
    kinds = [TokenType.CONTROL if t in SPECIAL else TokenType.NORMAL for t in language.tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(list(language.tokens))
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(language.merge)])
    writer.add_bos_token_id(language.tokens.index(BEGIN))
    writer.add_eos_token_id(language.tokens.index(END))
    writer.add_unk_token_id(language.tokens.index(UNKNOWN))
    writer.add_add_bos_token(value=False)


def make(file: Path) -> None:
    """Write the model to ``file``."""
    language = corpus()
    writer = GGUFWriter(file, "llama")
    add_sizes(writer, language)
    add_tokenizer(writer, language)
    for name, values in tensors(language).items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
