"""Serve in a process of its own until standard input ends; the base URL is the first line.

    python -m tests.model_server [answers.json]

`answers.json` maps words of a question to what a good answer says to it. `GET /v1/times` gives
`server_ms` of every chat request, in the order in which they came.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .completion import default_text
from .server import ModelServer


def main(arguments: list[str]) -> None:
    answers: dict[str, str] = json.loads(Path(arguments[0]).read_text()) if arguments else {}

    def brain(messages: list[dict[str, Any]], request: dict[str, Any]) -> str:
        asked = messages[-1]["content"]
        # A prompt may hold other questions as examples; its own comes last.
        last = max(answers, key=asked.rfind, default="")
        return answers[last] if last in answers and last in asked else default_text(request)

    server = ModelServer(brain)
    print(server.base_url, flush=True)
    sys.stdin.read()
    server.close()


if __name__ == "__main__":
    main(sys.argv[1:])
