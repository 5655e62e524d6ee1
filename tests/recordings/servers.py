"""Where the servers listen that are recorded from; the addresses stand in the cassettes."""

from __future__ import annotations

LLAMA_CPP = "http://127.0.0.1:8001/v1"
TRANSFORMERS = "http://127.0.0.1:8000/v1"
