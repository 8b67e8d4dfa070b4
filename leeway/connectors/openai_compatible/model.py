"""One question to an OpenAI-compatible server, within one deadline for all of it, whatever the server does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from leeway.connectors.openai_compatible.settings import ModelSettings
from leeway.desk.rewording import ModelTrouble

if TYPE_CHECKING:
    from openai import OpenAI

CONNECT_SECONDS = 2.0
LONGEST_ANSWER = 8_000
"""Characters. A server that does not stop is stopped."""


class Model:
    """Made without a connection, and without importing the client: a house that never asks never pays for it."""

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self.name = settings.model

    def complete(self, system: str, prompt: str, *, most_tokens: int) -> str:
        """The model's words. Raises ``ModelTrouble`` with a reason that holds neither key nor prompt."""
        client = self._client()
        late = threading.Event()

        def give_up() -> None:
            late.set()
            client.close()  # a server that trickles is never silent long enough for a read to time out

        deadline = threading.Timer(self.settings.timeout_seconds, give_up)
        deadline.daemon = True
        deadline.start()
        try:
            return self._asked(client, system, prompt, most_tokens, late)
        except ModelTrouble:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in call: clients raise what they like
            if late.is_set():
                raise ModelTrouble(f"no answer within {self.settings.timeout_seconds:g} s") from None
            raise ModelTrouble(_why(error)) from None
        finally:
            deadline.cancel()
            client.close()

    def _client(self) -> OpenAI:
        from openai import DefaultHttpxClient, OpenAI, Timeout  # noqa: PLC0415 - only a house with a model needs it

        seconds = self.settings.timeout_seconds
        return OpenAI(
            base_url=self.settings.url,
            api_key=self.settings.key or "none",
            timeout=Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            max_retries=0,
            http_client=DefaultHttpxClient(trust_env=False, follow_redirects=False),
        )

    def _asked(
        self, client: OpenAI, system: str, prompt: str, most_tokens: int, late: threading.Event
    ) -> str:
        stream: Any = client.chat.completions.create(
            model=self.settings.model,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": prompt}],
            max_tokens=most_tokens,
            temperature=0.2,
            stream=True,
        )
        said: list[str] = []
        length = 0
        for chunk in stream:
            if late.is_set():
                raise ModelTrouble(f"no answer within {self.settings.timeout_seconds:g} s")
            piece = chunk.choices[0].delta.content if getattr(chunk, "choices", None) else None
            if not piece:
                continue
            said.append(str(piece))
            length += len(piece)
            if length > LONGEST_ANSWER:
                raise ModelTrouble("an answer without end")
        text = "".join(said)
        if not text.strip():
            raise ModelTrouble("an empty answer")
        return text


def _why(error: Exception) -> str:
    """What went wrong, by its kind: messages of clients quote addresses, headers and prompts."""
    status = getattr(error, "status_code", None)
    if status is not None:
        return f"the server answered {status}"
    kind = type(error).__name__
    words = {
        "APITimeoutError": "no answer in time",
        "APIConnectionError": "the server cannot be reached",
        "ReadTimeout": "no answer in time",
        "ConnectError": "the server cannot be reached",
    }
    return words.get(kind, f"an answer that is none ({kind})")
