"""The sample papers as pages in the forms in which people keep them."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from tests.dumps.pages import alternating, blank_separated, with_bylines

Pairs = list[tuple[str, str]]

ADDRESS = "https://huggingface.co/papers/2609.000"


def daily(pairs: Pairs, *, gap: str) -> str:
    """Today's daily page: submitter, votes, title, an organisation or a number of authors."""
    lines = ["Daily Papers", "byAK and the research community", "Nov 27"]
    for n, (title, _) in enumerate(pairs):
        lines += ["Submitted by", f"reader{n}", str(n * 7) if n % 3 else "-", title]
        lines += ["Institute of Moss" if n % 2 else " · 3 authors", *([str(n)] if n % 4 else [])]
    return gap.join(lines)


def trending(pairs: Pairs) -> str:
    lines = ["Trending Papers", "byAK and the research community"]
    for n, (title, abstract) in enumerate(pairs):
        lines += ["Submitted by", f"reader{n}", title, abstract]
        lines += ["Institute of Moss · Published on Sep 3, 2026", "Upvote", str(n)]
        lines += [f"GitHub {n + 1}.2k", "arXiv Page"]
    return "\n\n".join(lines)


def markdown(pairs: Pairs, *, doubled: bool = False) -> str:
    lines = ["# Daily Papers", "## by [AK](https://huggingface.co/ak) and the research community"]
    for n, (title, abstract) in enumerate(pairs):
        url = f"{ADDRESS}{n:02}"
        card = [f"[{n}](https://huggingface.co/login?next=%2Fpapers%2F2609.000{n:02})"]
        card += [f"### [{title}]({url})", f"[{abstract}]({url})"]
        card += [f"[- ![](https://x.org/a.svg)\\\\\n- 8 authors]({url})", "·"]
        card += [f"May 29[6]({url}#community)"]
        lines += card * (2 if doubled else 1)
    return "\n\n".join(lines)


def references(pairs: Pairs) -> str:
    lines = ["# Daily Papers\n"]
    for n, (title, abstract) in enumerate(pairs):
        lines += [f"[\n{n}\n][{n}]\n", f"### [{title}][{n}]\n", f"[\n\n{abstract}\n\n][{n}]"]
        lines += [f"[\n* 8 authors\n][{n}]\n·\nMay 29 [ 6][{n}]"]
    return "\n".join([*lines, *(f"[{n}]: {ADDRESS}{n:02}" for n in range(len(pairs)))])


def link_lines(pairs: Pairs) -> str:
    lines = ["Daily Papers"]
    for n, (title, abstract) in enumerate(pairs):
        url = f"{ADDRESS}{n:02}"
        lines += [f" [-] {n}", title, url, abstract, url, "8 authors", "·", "Feb 27, 2025"]
    return "\n\n".join(lines)


def html(pairs: Pairs) -> str:
    cards = (f"<h3>{title}</h3><p>{abstract}</p>" for title, abstract in pairs)
    return f"<!doctype html><html><body><h1>Daily Papers</h1>{''.join(cards)}</body></html>"


def mhtml(pairs: Pairs) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "<Saved by Blink>", "Daily Papers"
    mail["Snapshot-Content-Location"] = "https://huggingface.co/papers"
    mail.set_content(html(pairs), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def rtf(pairs: Pairs) -> str:
    body = blank_separated(pairs).replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    coded = "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in body)
    return "{\\rtf1\\ansi\\ansicpg1252\n" + coded.replace("\n", "\\\n") + "}"


FORMS: dict[str, Callable[[Pairs], str | bytes]] = {
    "alternating": alternating,
    "blank": blank_separated,
    "bylines": lambda pairs: with_bylines(pairs, ["Nov 2, 2024"] * len(pairs)),
    "daily in lines": lambda pairs: daily(pairs, gap="\n"),
    "daily with gaps": lambda pairs: daily(pairs, gap="\n\n"),
    "trending": trending,
    "markdown": markdown,
    "doubled": lambda pairs: markdown(pairs, doubled=True),
    "references": references,
    "link lines": link_lines,
    "bullets": lambda pairs: "Daily Papers\n" + "\n".join(f"• {t}\n  {a}" for t, a in pairs),
    "numbers": lambda pairs: "\n\n".join(f"{n}. {t}\n\n{a}" for n, (t, a) in enumerate(pairs, 1)),
    "reader mode": html,
    "mhtml": mhtml,
    "rtf": rtf,
}
WITHOUT_ABSTRACTS = {"daily in lines", "daily with gaps"}
