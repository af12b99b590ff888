"""What a check found, in one shape for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from digest.composing.templates import Templates, TemplateSource
from digest.errors import TemplateError

Severity = Literal["error", "warning"]  # an error stops the edition


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a template or a mail."""

    check: str  # "xml", "jinja", "alt", "size", …
    severity: Severity
    message: str
    template: str = ""  # the file, when it is known
    line: int | None = None
    needle: str = ""  # the text that gave it away, to look for in the templates

    def __str__(self) -> str:
        where = f"{self.template}, line {self.line}: " if self.line else self.template
        if where and not where.endswith(": "):
            where += ": "
        return f"{self.severity}: {where}{self.message} [{self.check}]"


def from_error(error: TemplateError, check: str = "template") -> Finding:
    """Return a template's error as a finding."""
    return Finding(check, "error", error.reason, error.template, error.line)


def located(findings: Iterable[Finding], templates: Templates) -> list[Finding]:
    """Say in which template and line each finding began, where its text can be found.

    Compiled HTML has no lines worth naming, so the text that gave it away is looked for.
    """
    sources = [templates.source(name) for name in templates.names()]
    return [_located(finding, sources) for finding in dict.fromkeys(findings)]


def _located(finding: Finding, sources: list[TemplateSource]) -> Finding:
    if finding.template or not finding.needle:
        return finding
    for source in sources:
        at = source.text.find(finding.needle)
        if at >= 0:
            line = source.text.count("\n", 0, at) + 1
            return replace(finding, template=str(source.path), line=line)
    return finding
