"""One thing wrong with a config asset: where, what, what was expected, the way out."""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.value import Value

Severity = Literal["error", "warning"]


class Finding(Value):
    code: str
    """Stable: `CFG001` ... documented in docs/findings.md."""
    severity: Severity
    path: str
    """Relative to the site's folder."""
    line: int
    """1-based; of the value, or of the nearest parent that has one."""
    field: str
    """Dotted path: `spec.params[0].type`; empty for the whole file."""
    message: str
    """What is wrong, with the value."""
    expected: str = ""
    nearest: str | None = None
    """The nearest valid name, for a misspelt one."""

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        where = f" {self.field}:" if self.field else ""
        return f"{self.path}:{self.line}: {self.code}{where} {self.message}{expected}{hint}"
