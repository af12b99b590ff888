"""The page over the Maildirs shows every mail, and trusts none of them."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.cli.mailbox_page import write_page
from digest.resources import shipped

HOSTILE = "</strong><script>alert('x')</script><img src=x onerror=alert(1)>"


class Shelf:
    """Maildirs, and the page over them."""

    def __init__(self, folder: Path) -> None:
        self.maildirs, self.page = folder / "mailbox", folder / "page"

    def deliver(self, address: str, mail: EmailMessage | bytes | None) -> None:
        self.maildirs.mkdir(exist_ok=True)
        box = mailbox.Maildir(self.maildirs / address)
        if mail is not None:
            box.add(mail)

    def write(self, **keywords: str) -> str:
        target = write_page(
            self.maildirs, self.page, shipped("templates/web"), keywords=keywords or None
        )
        assert target == self.page / "index.html"
        return target.read_text("utf-8")

    def view(self, name: str) -> str:
        return (self.page / name).read_text("utf-8-sig")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def a_mail(subject: str, day: int = 1, text: str = "Hello.", html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["Date"] = f"Sun, {day:02} Mar 2026 07:00:00 +0000"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def found(page: str, tag: str) -> list[str]:
    """Return the text of each such element, as a browser's parser sees the page."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return ["".join(element.itertext()).strip() for element in tree.iter(tag)]


def links(page: str) -> list[str]:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [element.get("href") for element in tree.iter("a")]


def test_a_hostile_subject_is_shown_as_text(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", a_mail(HOSTILE))
    page = shelf.write()
    assert found(page, "strong") == [HOSTILE]
    assert found(page, "script") == found(page, "img") == []


def test_hostile_keywords_are_shown_as_text(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", None)
    page = shelf.write(**{"ada@example.org": HOSTILE})
    assert HOSTILE in found(page, "p")
    assert found(page, "script") == found(page, "img") == []


@pytest.mark.parametrize("view", ["text", "raw"])
def test_markup_in_a_text_is_shown_as_text(shelf: Shelf, view: str) -> None:
    shelf.deliver("ada@example.org", a_mail("One", text=HOSTILE))
    shelf.write()
    shown = shelf.view(f"1-1-{view}.html")
    assert found(shown, "script") == found(shown, "img") == []
    assert HOSTILE in "".join(found(shown, "pre"))


def test_scripts_of_a_mail_cannot_run_in_its_frame(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", a_mail("One", html="<script>alert(1)</script>"))
    tree = html5lib.parse(shelf.write(), namespaceHTMLElements=False)
    (frame,) = tree.iter("iframe")
    assert "allow-scripts" not in frame.get("sandbox").split()
    assert "allow-same-origin" not in frame.get("sandbox").split()


def test_letters_of_every_script_survive(shelf: Shelf) -> None:
    words = "森 千夏 · Žižek · naïve"
    shelf.deliver("ada@example.org", a_mail(words, text=words, html=f"<p>{words}</p>"))
    page = shelf.write(**{"ada@example.org": words})
    assert found(page, "strong") == [words]
    assert words in found(page, "p")
    assert found(shelf.view("1-1-html.html"), "p") == [words]
    assert found(shelf.view("1-1-text.html"), "pre") == [words]


def test_a_mail_in_another_charset_is_read_by_its_own(shelf: Shelf) -> None:
    mail = a_mail("One")
    mail.set_content("Grüße", charset="iso-8859-1")
    shelf.deliver("ada@example.org", mail)
    page = shelf.write()
    assert found(shelf.view("1-1-text.html"), "pre") == ["Grüße"]
    for view in ("text", "raw"):
        assert '<meta charset="utf-8">' in shelf.view(f"1-1-{view}.html")
    assert '<meta charset="utf-8">' in page


def test_the_newest_mail_comes_first_whatever_order_they_were_delivered_in(shelf: Shelf) -> None:
    for subject, day in (("middle", 8), ("newest", 15), ("oldest", 1)):
        shelf.deliver("ada@example.org", a_mail(subject, day))
    assert found(shelf.write(), "strong") == ["newest", "middle", "oldest"]


def test_a_mail_without_a_date_comes_last(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", b"Subject: dateless\n\nHello.\n")
    shelf.deliver("ada@example.org", b"Subject: garbled\nDate: yesterday or so\n\nHello.\n")
    shelf.deliver("ada@example.org", a_mail("dated"))
    first, *others = found(shelf.write(), "strong")
    assert first == "dated"
    assert sorted(others) == ["dateless", "garbled"]


def test_boxes_come_by_address(shelf: Shelf) -> None:
    for address in ("chi@example.org", "ada@example.org", "bo@example.org"):
        shelf.deliver(address, a_mail(address))
    expected = ["ada@example.org", "bo@example.org", "chi@example.org"]
    assert found(shelf.write(), "h2") == found(shelf.write(), "strong") == expected


def test_an_empty_box_says_so(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", None)
    page = shelf.write()
    assert found(page, "li") == ["No mail yet."]
    assert 'src="about:blank"' in page


def test_no_box_at_all_is_a_page_without_boxes(shelf: Shelf) -> None:
    assert found(shelf.write(), "h2") == []


def test_a_folder_that_is_no_maildir_is_passed_over(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", None)
    (shelf.maildirs / "notes").mkdir()
    assert found(shelf.write(), "h2") == ["ada@example.org"]


def test_every_link_leads_to_a_file_beside_the_page(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", a_mail("both", 2, html="<p>Hello.</p>"))
    shelf.deliver("ada@example.org", a_mail("text only", 1))
    page = shelf.write()
    assert found(page, "a") == ["HTML", "Text", "Raw", "Text", "Raw"]
    assert len(set(links(page))) == 5
    assert all((shelf.page / link).is_file() for link in links(page))


def test_the_first_mail_is_open(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", a_mail("One", html="<p>Hello.</p>"))
    assert f'src="{links(shelf.write())[0]}"' in shelf.write()


ODD = "#?%41&<>\"' ;+ü"


@pytest.mark.parametrize("address", [f"{ODD}@example.org", "a" * 242 + "@test.org", "b%2Fc@d.org"])
def test_links_lead_to_the_mail_whatever_the_address(shelf: Shelf, address: str) -> None:
    shelf.deliver(address, a_mail("One", text="What I mean"))
    page = shelf.write()
    assert found(page, "h2") == [address]
    text, raw = links(page)
    for link in (text, raw):  # a browser cuts at # and ?, and takes %41 for A
        assert "What I mean" in shelf.view(unquote(urlsplit(link).path))


def test_a_mail_without_subject_and_date_says_so(shelf: Shelf) -> None:
    shelf.deliver("ada@example.org", b"From: bo@example.org\n\nHello.\n")
    page = shelf.write()
    assert found(page, "strong") == ["(no subject)"]
    assert "None" not in page


@pytest.mark.parametrize("charset", ["x-unknown", "", "\0", "idna"])
def test_a_mail_in_a_charset_that_nobody_knows_is_shown_all_the_same(
    shelf: Shelf, charset: str
) -> None:
    head = f'Subject: S\nContent-Type: text/plain; charset="{charset}"\n\n'
    shelf.deliver("ada@example.org", head.encode() + b"Hello.\n")
    shelf.deliver("bo@example.org", a_mail("Two"))
    assert found(shelf.write(), "strong") == ["S", "Two"]
    assert found(shelf.view("1-1-text.html"), "pre") == found(shelf.view("2-1-text.html"), "pre")


def test_a_mail_is_read_by_its_charset_whatever_its_html_claims(shelf: Shelf) -> None:
    claims = '<meta charset="iso-8859-1"><p>Grüße</p>'
    shelf.deliver("ada@example.org", a_mail("One", html=claims))
    shelf.write()
    tree = html5lib.parse((shelf.page / "1-1-html.html").read_bytes(), namespaceHTMLElements=False)
    assert [element.text for element in tree.iter("p")] == ["Grüße"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=200))
def test_any_bytes_are_a_mail(date: bytes, kind: bytes, body: bytes) -> None:
    with TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        raw = b"Date: %b\nSubject: %b\nContent-Type: text/%b\n\n%b" % (date, body, kind, body)
        shelf.deliver("ada@example.org", raw)
        assert len(found(shelf.write(), "strong")) == 1
