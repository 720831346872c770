"""Serve in a process of its own until standard input ends; the base URL is the first line."""

from __future__ import annotations

import sys

from .server import ModelServer

if __name__ == "__main__":
    server = ModelServer()
    print(server.base_url, flush=True)
    sys.stdin.read()
    server.close()
