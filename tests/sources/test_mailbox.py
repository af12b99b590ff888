from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import DumpError
from digest.sources.mailbox import dumps_in, mark_read, unread
from tests.dumps import samples


def mail(**attachments: bytes) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Papers of the day"
    message.set_content("A letter: grüße", charset="iso-8859-1")
    for name, data in attachments.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def test_attachments_are_the_dumps() -> None:
    (found,) = dumps_in(mail(page=samples.RIS).as_bytes())
    assert (found.name, found.data) == ("Papers of the day: page", samples.RIS)


def test_without_attachments_the_html_body_is_the_dump_else_the_text_in_utf8() -> None:
    message = mail()
    (text,) = dumps_in(message.as_bytes())
    assert text.data.decode().strip() == "A letter: grüße"
    message.add_alternative("<p>A page</p>", subtype="html")
    (html,) = dumps_in(message.as_bytes())
    assert html.data.strip() == b"<p>A page</p>"


def test_a_picture_is_no_dump() -> None:
    message = mail()
    message.add_attachment(b"x", maintype="image", subtype="png", filename="logo.png")
    (found,) = dumps_in(message.as_bytes())
    assert found.data.startswith(b"A letter")


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_a_mail_that_was_marked_read_is_not_offered_again(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "box"
    box = mailbox.Maildir(path) if kind == "maildir" else mailbox.mbox(path)
    box.add(mail(one=b"1"))
    box.add(mail(two=b"2"))
    box.close()
    found = list(unread(path))
    assert {each.data for each in found} == {b"1", b"2"}
    mark_read(path, {each.key for each in found if each.data == b"1"})
    assert [each.data for each in unread(path)] == [b"2"]


def test_what_is_no_mailbox_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match="neither a Maildir nor an mbox"):
        list(unread(tmp_path))


@settings(max_examples=100)
@given(st.binary(max_size=200), st.integers(0, 600))
def test_no_mail_raises(noise: bytes, at: int) -> None:
    raw = mail(one=b"1").as_bytes()
    for found in dumps_in(raw[:at] + noise + raw[at:]):
        assert isinstance(found.data, bytes)
