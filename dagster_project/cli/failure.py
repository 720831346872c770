"""How a command ends badly: one readable line, or with --json the one error form; no traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

USAGE, FAILED = 2, 1
"""Exit codes: wrong arguments or config; everything else that went wrong."""


@contextmanager
def end_with_message(ctx: click.Context) -> Iterator[None]:
    """Turns any exception of a command into a message and an exit code.

    `CANVAS_DEBUG=1` lets the traceback through.
    """
    given = [*ctx._protected_args, *ctx.args]  # pyright: ignore[reportAttributeAccessIssue]
    # Beside the parsed option this also covers arguments that could not be parsed.
    as_json = "--json" in given
    via = "/".join(["cli", *given[:1]])
    try:
        yield
    except click.UsageError as error:
        if not as_json:
            raise
        _end(error.format_message(), "INVALID_PARAMS", via, USAGE, as_json=True)
    except (click.exceptions.Exit, click.Abort, click.ClickException):
        raise
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        _unexpected(error, via, as_json=as_json)
    except Exception as error:
        _end_with(error, via, as_json=as_json)


def _end_with(error: Exception, via: str, *, as_json: bool) -> None:
    from dagster_project.contracts.errors import CanvasError, ConfigError, InvalidRequest
    from sources.errors import SourceError

    if not isinstance(error, CanvasError | SourceError):
        _unexpected(error, via, as_json=as_json)
    elif os.environ.get("CANVAS_DEBUG"):
        raise error
    else:
        exit_code = USAGE if isinstance(error, ConfigError | InvalidRequest) else FAILED
        _end(str(error), error.code, via, exit_code, as_json=as_json)


def _unexpected(error: Exception, via: str, *, as_json: bool) -> None:
    if os.environ.get("CANVAS_DEBUG"):
        raise error
    text = (
        f"Something unforeseen went wrong: {type(error).__name__}: {error}."
        " CANVAS_DEBUG=1 shows where."
    )
    _end(text, "INTERNAL_ERROR", via, FAILED, as_json=as_json)


def _end(text: str, code: str, via: str, exit_code: int, *, as_json: bool) -> None:
    from dagster_project.traces.redact import PROCESS_WALL

    shown = PROCESS_WALL.clean_text(text)
    if as_json:
        import orjson

        form = {"ok": False, "error": shown, "code": code, "via": via}
        click.echo(orjson.dumps(form).decode())
    else:
        click.echo(f"canvas: {shown}", file=sys.stderr)
    raise click.exceptions.Exit(exit_code)
