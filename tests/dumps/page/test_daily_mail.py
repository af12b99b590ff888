"""The mail that Hugging Face sends each day, as people save and forward it; all invented."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest

from digest.dumps import formats, text
from digest.dumps.interface import Dump
from digest.dumps.page.as_text import page_lines
from digest.dumps.page.daily_mail import read_saved
from digest.dumps.page.plain import read_text

_NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
_PAPERS = [
    ("Pond Speech: A Model That Speaks to Frogs", 140, "2607.00001"),
    ("Hugging Face and Moss: A Census of the Community", 35, "2607.00002"),
    ("2D or Not 2D", 12, "2607.00003"),
    ("RainCodec: Neural Compression of Drops, Puddles and Very Long Showers over the Sea", 2, None),
    ("MossLM", 1204, "2607.00005"),
]
_HEAD = ["Daily Papers", "by AK and the AI research community"]
_TAIL = [
    "NEW - I can submit papers to be featured in Daily Papers directly: "
    "huggingface.co/papers/submit",
    "To view more checkout today's Daily Paper page.",
    "Onwards and upwards,",
    "AK and the research community",
]
_FORWARDED = [
    "---------- Forwarded message ---------",
    "From: Hugging Face <no-reply@hf.example>",
    "Date: Mon, Jul 6, 2026 at 9:02 AM",
    "Subject: Daily Papers",
    "To: <dana@pond.example>",
    "",
    "",
]


def _votes(count: int) -> str:
    return f"{count:,}"


def _address(number: str | None) -> str:
    return f"https://huggingface.co/papers/{number or 'x'}"


def _mail(day: str = "6 Jul", title: Callable[[str, int, str | None], str] | None = None) -> str:
    told = title or (lambda name, count, _: f"{name} ({_votes(count)} ▲)")
    lines = [told(*paper) for paper in _PAPERS]
    return "\n".join(
        [*_HEAD, f"Here is the selection of papers for today ({day}):", *lines, *_TAIL]
    )


def _html(title: str = "<li><a href='{address}'>{shown} ({votes} ▲)</a></li>", by: str = "") -> str:
    items = "".join(
        title.format(address=_address(number), shown=html.escape(name), votes=_votes(count))
        for name, count, number in _PAPERS
    )
    return (
        f"<html><body><div><h1>Daily Papers</h1><div>{by or 'by community'}</div>"
        f"<p>Here is the selection of papers for today (6 Jul):</p><ul>{items}</ul>"
        "<p><strong>NEW</strong> - I can submit papers to be featured in Daily Papers directly: "
        '<a href="https://huggingface.co/papers/submit">huggingface.co/papers/submit</a></p>'
        "<p>To view more checkout <a href='https://huggingface.co/papers'>today's Daily Paper "
        "page</a>.</p><p>Onwards and upwards,<br>AK and the research community</p>"
        "<p><a href='https://huggingface.co/settings'>Unsubscribe</a> or manage your "
        "notification settings</p></div></body></html>"
    )


def _wrapped(mail: str, width: int) -> str:
    return "\n".join(textwrap.fill(line, width) if line else "" for line in mail.split("\n"))


def _quoted(mail: str, mark: str = "> ") -> str:
    return "\n".join(f"{mark}{line}" for line in mail.split("\n"))


_DRESSES = {
    "plain": _mail(),
    "crlf": _mail().replace("\n", "\r\n"),
    "blank lines between": _mail().replace("\n", "\n\n"),
    "forwarded": "\n".join([*_FORWARDED, _mail()]),
    "forwarded with a word": "FYI\n\n" + "\n".join([*_FORWARDED, _mail()]),
    "quoted": "On Mon, 6 Jul 2026 at 09:02, Hugging Face <no-reply@hf.example> wrote:\n\n"
    + _quoted(_mail()),
    "quoted twice": _quoted(_quoted(_mail())),
    **{f"wrapped at {width}": _wrapped(_mail(), width) for width in (36, 42, 50, 60, 72)},
    "wrapped and quoted": _quoted(_wrapped(_mail(), 66)),
    "bullets": _mail(title=lambda name, count, _: f"* {name} ({count} ▲)"),
    "bullets wrapped": _wrapped(_mail(title=lambda name, count, _: f"- {name} ({count} ▲)"), 60),
    "numbers": "\n".join(
        [*_HEAD, "Here is the selection of papers for today (6 Jul):"]
        + [f"{n}. {name} ({count} ▲)" for n, (name, count, _) in enumerate(_PAPERS, 1)]
    ),
    "day spelt": _mail("July 6, 2026"),
    "other arrows": _mail(title=lambda name, count, _: f"{name} (▲ {count})"),
    "no space": _mail(title=lambda name, count, _: f"{name} ({count}▲)"),
    "links below": _mail(title=lambda name, count, n: f"{name} ({count} ▲)\n<{_address(n)}>"),
    "links below, bare": _mail(title=lambda name, count, n: f"{name} ({count} ▲)\n{_address(n)}\n"),
    "links beside": _mail(title=lambda name, count, n: f"{name} ({count} ▲)<{_address(n)}>"),
    "links within": _mail(title=lambda name, count, n: f"{name} <{_address(n)}> ({count} ▲)"),
    "markdown": _mail(title=lambda name, count, n: f"- [{name} ({count} ▲)]({_address(n)})"),
    "markdown, votes beside": _mail(
        title=lambda name, count, n: f"* [{name}]({_address(n)}) ({count} ▲)"
    ),
    "only the list": "\n".join(f"{name} ({count} ▲)" for name, count, _ in _PAPERS),
    "html": _html(),
    "html, votes beside": _html("<li><a href='{address}'>{shown}</a> ({votes} ▲)</li>"),
    "html, paragraphs": _html(
        "<p><a href='{address}'>{shown} <span>({votes} ▲)</span></a></p>",
        by="by <img alt='' src='/ak.png'> AK and the research community",
    ),
    "html, cells": _html(
        "<table><tr><td><a href='{address}'>{shown} ({votes} ▲)</a></td></tr></table>"
    ),
    "html, forwarded": _html().replace(
        "<body><div>",
        "<body><div>FYI</div><div>---------- Forwarded message ---------<br>From: <b>Hugging Face"
        "</b> &lt;no-reply@hf.example&gt;<br>Date: Mon, Jul 6, 2026 at 9:02 AM<br>"
        "Subject: Daily Papers<br>To: &lt;dana@pond.example&gt;<br></div><div>",
    ),
}


def _read(mail: str) -> Dump:
    return formats.read(mail.encode(), now=_NOW)


@pytest.mark.parametrize("dress", _DRESSES)
def test_every_title_is_a_paper_with_its_votes_and_nothing_else_is(dress: str) -> None:
    dump = _read(_DRESSES[dress])
    told = [(record.title, record.upvotes) for record in dump.records]
    assert told == [(name, count) for name, count, _ in _PAPERS]
    assert dump.rejections == ()
    assert all(not record.abstract and record.published is None for record in dump.records)
    assert dump.captured_on == (None if dress == "only the list" else date(2026, 7, 6))
    if "http" in _DRESSES[dress].split("NEW")[0]:
        assert [r.arxiv_id for r in dump.records] == [number for *_, number in _PAPERS]


def test_two_days_in_one_file_are_both_read() -> None:
    other = [("Fern Folding", 7), ("A Second Look at Reeds", 3)]
    second = "\n".join(
        [*_HEAD, "Here is the selection of papers for today (7 Jul):"]
        + [f"{name} ({count} ▲)" for name, count in other]
    )
    dump = _read(f"{_mail()}\n\n{second}\n\n{_mail('8 Jul')}")
    assert [record.title for record in dump.records] == [
        *(name for name, *_ in _PAPERS),
        *(name for name, _ in other),
    ]
    assert dump.rejections == ()
    assert [note.reason for note in dump.notes] == [f"{len(_PAPERS)} cards printed twice"]


def test_what_is_neither_a_title_nor_of_the_mail_is_refused_with_its_line() -> None:
    mail = _mail().replace("2D or", "A line that somebody wrote in between\n\n2D or")
    dump = _read(mail)
    assert [record.title for record in dump.records] == [name for name, *_ in _PAPERS]
    assert [rejection.line for rejection in dump.rejections] == [6]
    assert "somebody wrote" in dump.rejections[0].reason


@pytest.mark.parametrize("dress", [name for name in _DRESSES if not name.startswith("html")])
def test_every_line_is_accounted_for(dress: str) -> None:
    lines: text.Lines = page_lines(_DRESSES[dress].encode())
    reading = read_saved(read_text(lines))
    filled = {number for number, line in enumerate(lines.all, 1) if line.strip()}
    assert filled <= reading.lines.keys()


@pytest.mark.parametrize("has_html", [False, True])
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_a_mail_that_was_saved_whole_is_read(encoding: str, has_html: bool) -> None:
    mail = EmailMessage()
    mail["From"] = "Hugging Face <no-reply@hf.example>"
    mail["Subject"] = "Daily Papers"
    mail.set_content(_mail(), cte=encoding)
    if has_html:
        mail.add_alternative(_html(), subtype="html")
    dump = formats.read(mail.as_bytes(), now=_NOW)
    assert [(r.title, r.upvotes) for r in dump.records] == [(name, n) for name, n, _ in _PAPERS]
    assert dump.rejections == ()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["(1 ▲", "a (", "by a ", "A (3 ▲)\n", "x\n", "https://x ", "[3 ["]
)
def test_a_hostile_mail_takes_no_time(piece: str) -> None:
    hostile = piece * 20_000
    mail = f"Here is the selection of papers for today (6 Jul):\nA Pond (3 ▲)\n\n{hostile}"
    read_saved(read_text(page_lines(mail.encode())))
