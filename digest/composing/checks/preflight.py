"""The gate before an edition: what would embarrass us in an inbox stops the run instead.

    lint_templates(renderers)    templates, catalogues, palette, a specimen of every mail
    preflight(edition, issues)   an edition's shell and some of its issues
    CardChecks                   every card of an edition, once
    mail_problem(issue)          every single mail: size and the way to unsubscribe

Pure: nothing is sent or stored; an error-severity finding is the caller's reason to stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from digest.composing.branding import GMAIL_CLIPS_AT
from digest.composing.checks.card_checks import CardChecks
from digest.composing.checks.catalogue_checks import catalogue_findings
from digest.composing.checks.client_support import support_findings
from digest.composing.checks.finding import Finding, from_error, located
from digest.composing.checks.html_checks import (
    html_findings,
    leftover_findings,
    links_of,
    text_findings,
)
from digest.composing.checks.specimen import specimen
from digest.composing.checks.twin_checks import parity_findings
from digest.composing.checks.twin_words import twin_findings
from digest.composing.edition_renderer import EditionRenderer, Renderers
from digest.composing.fit import quoted_printable_length
from digest.composing.notices import NOTICE_KINDS
from digest.composing.palette import AA, Palette, contrast
from digest.composing.proofs.proof import Proof, proof
from digest.composing.templates import Templates, template_errors
from digest.errors import TemplateError
from digest.mail import Issue

__all__ = ["CardChecks", "lint_templates", "mail_problem", "preflight", "proof_findings"]

_SAMPLES = 20
_SUBJECT_LIMIT = 200  # characters; 60 is what a phone shows, 998 octets is where SMTP ends


def lint_templates(renderers: Renderers) -> list[Finding]:
    """Return what is wrong with the templates, the catalogues and the look of every mail."""
    found = [*template_findings(renderers.templates), *palette_findings(renderers.settings.palette)]
    for file in renderers.languages.files.values():
        found += catalogue_findings(file)
    if any(finding.severity == "error" for finding in found):
        return found  # a specimen of broken templates would only say so again
    for language in renderers.languages.names():
        try:
            found += located(_specimens(renderers, language), renderers.templates)
        except TemplateError as error:
            found += located([_needled(from_error(error))], renderers.templates)
    return list(dict.fromkeys(found))


def preflight(edition: EditionRenderer, issues: Sequence[Issue]) -> list[Finding]:
    """Return what is wrong with an edition, judged by its shell and up to 20 issues.

    The issues should be spread over languages.
    """
    templates = edition.renderers.templates
    found = [*template_findings(templates), *palette_findings(edition.settings.palette)]
    mails: list[Finding] = []
    for issue in issues[:: max(1, len(issues) // _SAMPLES)][:_SAMPLES]:
        mails += proof_findings(proof(issue), tuple(issue.fills["unsubscribe"].split()))
        problem = mail_problem(issue)
        if problem:
            mails.append(Finding("mail", "error", problem))
    return [*found, *located(mails, templates)]


def mail_problem(issue: Issue) -> str | None:
    """Return why one mail may not leave, or None: it must say how to leave, and fit."""
    if not issue.fills.get("unsubscribe"):
        return "there is no way to unsubscribe: set base_url or unsubscribe_mailto"
    if not (issue.unsubscribe_url or issue.unsubscribe_mailto):
        return "there is nothing for the List-Unsubscribe header"
    return None


def size_problem(html: str) -> str | None:
    """Return why an HTML part is too large once encoded, or None."""
    size = quoted_printable_length(html)
    if size > GMAIL_CLIPS_AT:
        return f"the HTML part has {size} bytes encoded; Gmail clips at {GMAIL_CLIPS_AT}"
    return None


def template_findings(templates: Templates) -> list[Finding]:
    """Return what is wrong with the template files, each alone, with its lines."""
    notices = {f"{kind}{suffix}" for kind in NOTICE_KINDS for suffix in (".mjml", ".txt")}
    found = [from_error(error) for error in template_errors(templates)]
    strangers = [file for file in templates.strangers() if file.name not in notices]
    return found + [_stranger(file, templates.renamed(file.name)) for file in strangers]


def _stranger(file: Path, renamed: str | None) -> Finding:
    said = "no template has this name; it replaces nothing"
    if not renamed:
        return Finding("stranger", "warning", said, str(file))
    how = f"the template is {renamed} now: start from the shipped one, and delete this file"
    return Finding("stranger", "error", f"{said}; {how}", str(file))


def palette_findings(palette: Palette) -> list[Finding]:
    """Check every pair of colours that stand on each other, by day and by night."""
    return [
        Finding("contrast", "error", f"{what}: {ink} on {paper} has {ratio:.1f}, needs {AA}")
        for what, ink, paper in palette.pairs()
        if (ratio := contrast(ink, paper)) < AA
    ]


def proof_findings(mail: Proof, leave: Sequence[str]) -> Iterator[Finding]:
    """Check one mail as its reader gets it; `leave` are the addresses that unsubscribe."""
    yield from html_findings(mail.html)
    yield from support_findings(mail.html)
    yield from text_findings(mail.text)
    yield from parity_findings(mail)
    problem = size_problem(mail.html)
    if problem:
        yield Finding("size", "error", problem)
    links = links_of(mail.html)
    for address in leave:
        if address not in links or address not in mail.text:
            yield Finding("unsubscribe", "error", "the mail does not show how to unsubscribe")
    if not mail.subject.strip() or not mail.subject.isprintable():
        yield Finding("subject", "error", f"no subject fit for a header: {mail.subject!r}")
    elif len(mail.subject) > _SUBJECT_LIMIT:
        yield Finding("subject", "warning", f"the subject has {len(mail.subject)} characters")


def _specimens(renderers: Renderers, language: str) -> Iterator[Finding]:
    edition = renderers.edition(1, date(2026, 3, 2))
    issue = specimen(edition, language)
    mail = proof(issue)
    yield from proof_findings(mail, (issue.fills["unsubscribe"],))
    mails = [(mail.html, mail.text)]
    link = "https://example.org/s/specimen"
    for kind in NOTICE_KINDS:
        notice = renderers.notice(
            kind, language, address="ada@example.org", url=link, keywords="tides", until=edition.day
        )
        yield from proof_findings(Proof(notice.subject, notice.html, notice.text), ())
        mails.append((notice.html, notice.text))
    for html, text in mails:
        yield from twin_findings(Proof("", html, text))
        yield from leftover_findings(html, "HTML part")
        yield from leftover_findings(text, "text part")


def _needled(finding: Finding) -> Finding:
    """Look for the quoted name of an error without a line, as in `'x' is undefined`."""
    quoted = re.findall(r"'([^']+)'", finding.message)
    needle = quoted[-1] if quoted and not finding.line else ""
    return Finding(finding.check, finding.severity, finding.message, "" if needle else
                   finding.template, finding.line, needle)  # fmt: skip
