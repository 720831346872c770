"""Where a secret comes from: an environment variable or a file, never a config asset."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sources.errors import SourceUnavailable


def resolve_reference(
    reference: str, *, source: str, environ: Mapping[str, str] = os.environ
) -> str:
    """The value behind `env:NAME` or `file:/path`. Its text is in no error message.

    Raises: SourceUnavailable, naming the source and the variable or file that is missing.
    """
    scheme, _, target = reference.partition(":")
    if scheme == "env" and target:
        value = environ.get(target, "")
        if not value:
            raise SourceUnavailable(
                source,
                f"the environment variable {target!r} is not set.",
                f"Set it, or change the source's reference {reference!r}.",
            )
        return value
    if scheme == "file" and target:
        return _read(Path(target).expanduser(), reference, source)
    raise SourceUnavailable(
        source, "its secret reference has no known form.", "Write env:NAME or file:/path."
    )


def _read(path: Path, reference: str, source: str) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceUnavailable(
            source,
            f"the secret file {str(path)!r} cannot be read: {type(error).__name__}.",
            f"Create it, or change the source's reference {reference!r}.",
        ) from error
    if not value:
        raise SourceUnavailable(source, f"the secret file {str(path)!r} is empty.", "Fill it.")
    return value
