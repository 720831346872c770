"""`python -m sources.embedded.work_orders --port N`: serves until it is told to stop."""

from __future__ import annotations

import argparse

from sources.embedded.work_orders.serve import make_server


def main() -> None:
    parser = argparse.ArgumentParser(description="The demo plant's work orders over HTTP.")
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1")
    make_server(parser.parse_args().port).run()


if __name__ == "__main__":
    main()
