"""Servers on the loop-back that speak the OpenAI form: a real one with a tiny random model, one that does as told."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


class Scripted:
    """Answers with ``says``: a text, a status number, or a function that writes what it likes to the connection."""

    def __init__(self) -> None:
        self.says: str | int | Callable[[Any], None] = "Hello."
        self.heard: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                script.heard.append(json.loads(body))
                script.headers.append({name.lower(): value for name, value in self.headers.items()})
                with contextlib.suppress(OSError):
                    script.answer(self)

            def log_message(self, *_: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def answer(self, handler: Any) -> None:
        if isinstance(self.says, int):
            handler.send_response(self.says)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        elif isinstance(self.says, str):
            begin(handler)
            for piece in (self.says[: len(self.says) // 2], self.says[len(self.says) // 2 :]):
                handler.wfile.write(event(piece))
            handler.wfile.write(b"data: [DONE]\n\n")
        else:
            self.says(handler)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def begin(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()


def event(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}}
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


def trickle(handler: Any) -> None:
    """A byte at a time, never a whole event, never silent for long."""
    begin(handler)
    for byte in event("x" * 2_000):
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)


def hang(handler: Any) -> None:
    del handler
    time.sleep(5)


def endless(handler: Any) -> None:
    begin(handler)
    for _ in range(5_000):
        handler.wfile.write(event("and so on " * 20))


def garbage(handler: Any) -> None:
    begin(handler)
    handler.wfile.write(b"data: {not json\n\n\x00\xff\xfe")


def not_a_completion(handler: Any) -> None:
    begin(handler)
    handler.wfile.write(b'data: {"choices": 7}\n\ndata: [DONE]\n\n')


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.close()


# --- a real one


def write_tiny_model(path: Path) -> None:
    """A language model of some hundred thousand random numbers: it says nonsense, through all of the real machinery."""
    import gguf
    import numpy as np

    width, inner, layers, heads, context = 64, 128, 1, 4, 4096
    chance = np.random.default_rng(7)
    pieces = [b"<unk>", b"<s>", b"</s>", *(f"<0x{byte:02X}>".encode() for byte in range(256))]
    pieces += [
        f"\u2581{word}".encode() for word in ("the", "a", "order", "refund", "sorry", "you", "is", "we")
    ]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.NORMAL] * (len(pieces) - 259)
    file = gguf.GGUFWriter(str(path), "llama")
    file.add_context_length(context)
    file.add_embedding_length(width)
    file.add_feed_forward_length(inner)
    file.add_block_count(layers)
    file.add_head_count(heads)
    file.add_head_count_kv(heads)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(width // heads)
    file.add_tokenizer_model("llama")
    file.add_token_list(pieces)
    file.add_token_scores([0.0] * len(pieces))
    file.add_token_types([int(kind) for kind in kinds])
    file.add_bos_token_id(1)
    file.add_eos_token_id(2)
    file.add_unk_token_id(0)
    file.add_chat_template(
        "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
    )

    def matrix(name: str, *shape: int) -> None:
        file.add_tensor(name, (chance.standard_normal(shape) * 0.05).astype(np.float32))

    matrix("token_embd.weight", len(pieces), width)
    matrix("output.weight", len(pieces), width)
    file.add_tensor("output_norm.weight", np.ones(width, dtype=np.float32))
    for layer in range(layers):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"blk.{layer}.{part}.weight", width, width)
        matrix(f"blk.{layer}.ffn_gate.weight", inner, width)
        matrix(f"blk.{layer}.ffn_up.weight", inner, width)
        matrix(f"blk.{layer}.ffn_down.weight", width, inner)
        for part in ("attn_norm", "ffn_norm"):
            file.add_tensor(f"blk.{layer}.{part}.weight", np.ones(width, dtype=np.float32))
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


@pytest.fixture(scope="session")
def real_model_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real local server with that model."""
    xllamacpp = pytest.importorskip("xllamacpp", reason="the local model server is not installed here")
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    write_tiny_model(path)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 1
    params.n_predict = 32
    params.n_gpu_layers = 0
    params.warmup = False
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address.rstrip('/')}/v1"
    del server
