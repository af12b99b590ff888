"""Signatures, checked by another program: dkimpy."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import dkim
import pytest

from bench.delivery_fixture import NOW, Room, SampleIssues, make_store
from digest.delivery.dkim import DkimKey, KeyRing, load_key, make_key
from digest.delivery.message import Letterhead, Recipe, SenderHeaders, assemble, encoded
from digest.errors import DeliveryError, NotFound

DOMAIN = "digest.example.org"
RECIPE = Recipe(
    letterhead=1,
    fragments=(),
    fills={},
    to_address="ada@example.org",
    to_name="Åda Löve",
    subject="Überraschung: sparse graphs and a rather long subject that has to be folded twice, "
    * 2,
    message_id=f"<00000000000000000000000000000001@{DOMAIN}>",
    sent_at=1795244400,
    offset=0,
    unsubscribe=("https://digest.example.org/u/" + "t" * 200, "mailto:u@digest.example.org"),
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[DkimKey, DkimKey]:
    folder = tmp_path_factory.mktemp("dkim")
    rsa = make_key(folder / "s1.pem", domain=DOMAIN, selector="s1")
    return rsa, make_key(folder / "e1.pem", domain=DOMAIN, selector="e1", kind="ed25519")


def letterhead(*keys: DkimKey, relay_rewrites: bool = False) -> Letterhead:
    return Letterhead(
        from_address=f"papers@{DOMAIN}",
        from_name="Papers",
        list_id=f"papers.{DOMAIN}",
        feedback_id="1:papers:digest:digestorg",
        relay_rewrites=relay_rewrites,
        dkim_domain=DOMAIN,
        selectors=tuple(key.selector for key in keys),
    )


def signed(*keys: DkimKey, recipe: Recipe = RECIPE, relay_rewrites: bool = False) -> bytes:
    samples = SampleIssues(cards=3)
    parts = [encoded(part) for part in (samples.head, *samples.cards, samples.foot)]
    return assemble(
        recipe, parts, SenderHeaders(letterhead(*keys, relay_rewrites=relay_rewrites), keys)
    )


def verified(mail: bytes, keys: tuple[DkimKey, ...], index: int = 0) -> bool:
    records = {f"{key.record_name}.".encode(): key.record.encode() for key in keys}
    verifier = dkim.DKIM(mail)
    try:
        return bool(verifier.verify(idx=index, dnsfunc=lambda name, timeout=5: records.get(name)))
    except dkim.ValidationError:
        return False


def test_another_program_verifies_the_rsa_signature(keys: tuple[DkimKey, DkimKey]) -> None:
    mail = signed(*keys)
    assert mail.count(b"DKIM-Signature:") == 2
    assert verified(mail, keys, 0)


def test_another_program_verifies_the_ed25519_signature(keys: tuple[DkimKey, DkimKey]) -> None:
    pytest.importorskip("nacl", reason="dkimpy checks Ed25519 with pynacl")
    mail = signed(*keys)
    assert verified(mail, keys, 1)
    assert not verified(mail.replace(b"</html>", b"</htm1>"), keys, 1)


def test_a_plain_text_mail_verifies_too(keys: tuple[DkimKey, DkimKey]) -> None:
    assert verified(signed(keys[0], recipe=RECIPE._replace(html=False)), keys)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: ", b"Subject: x"),
        (b"List-Unsubscribe: <https", b"List-Unsubscribe: <http"),
        (b"Feedback-ID: 1", b"Feedback-ID: 2"),
        (b"</html>", b"</htm1>"),
        (b"To: ", b"To: x"),
    ],
)
def test_a_changed_mail_does_not_verify(
    keys: tuple[DkimKey, DkimKey], old: bytes, new: bytes
) -> None:
    mail = signed(*keys)
    assert old in mail
    assert not verified(mail.replace(old, new, 1), keys)


def test_a_second_from_breaks_the_signature(keys: tuple[DkimKey, DkimKey]) -> None:
    mail = signed(keys[0])
    assert not verified(mail.replace(b"From: ", b"From: eve@evil.example\r\nFrom: ", 1), keys)


def test_from_is_named_once_more_than_it_occurs(keys: tuple[DkimKey, DkimKey]) -> None:
    head = signed(keys[0]).partition(b"\r\n\r\n")[0].replace(b"\r\n ", b"")
    named = re.search(rb"; ?h=([^;]+);", head)
    assert named is not None
    names = named[1].split(b":")
    present = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]]
    assert names.count(b"from") == 2
    assert sorted(names) == sorted([b"from", *(set(present) - {b"precedence"})])


def test_every_header_that_a_letterhead_can_have_is_signed(keys: tuple[DkimKey, DkimKey]) -> None:
    """A Reply-To that anybody could put in would turn the readers' answers away from us."""
    whole = replace(
        letterhead(keys[0]), reply_to=f"desk@{DOMAIN}", archive_url=f"https://{DOMAIN}/archive"
    )
    parts = [encoded(part) for part in (SampleIssues(cards=1).head, SampleIssues(cards=1).foot)]
    mail = assemble(RECIPE, parts, SenderHeaders(whole, keys[:1]))
    assert verified(mail, keys)
    head = mail.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b"")
    named = re.search(rb"; ?h=([^;]+);", head)
    assert named is not None
    present = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]]
    assert {b"reply-to", b"list-archive"} <= set(present)
    assert set(present) - set(named[1].split(b":")) <= {b"precedence"}


def test_a_relay_may_refold_headers(keys: tuple[DkimKey, DkimKey]) -> None:
    mail = signed(keys[0])
    refolded = mail.replace(b"From: Papers <", b"From:   Papers\r\n\t<", 1)
    assert refolded != mail
    assert verified(refolded, keys)


def test_with_relay_rewrites_message_id_and_date_may_change(
    keys: tuple[DkimKey, DkimKey],
) -> None:
    mail = signed(keys[0], relay_rewrites=True)
    changed = mail.replace(b"Message-ID: <000", b"Message-ID: <999", 1)
    assert verified(changed.replace(b"Date: Sat", b"Date: Sun", 1), keys)
    assert not verified(mail.replace(b"X-Digest-Issue: 0", b"X-Digest-Issue: 9", 1), keys)


def test_the_same_recipe_gives_the_same_bytes(keys: tuple[DkimKey, DkimKey]) -> None:
    assert signed(*keys) == signed(*keys)


def test_the_whole_signed_mail_stays_within_line_limits(keys: tuple[DkimKey, DkimKey]) -> None:
    head = signed(*keys).partition(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n"):
        assert len(line) <= (998 if line.startswith(b"List-Unsubscribe") else 78), line


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path / "k.pem", domain=DOMAIN, selector="k")
    assert (tmp_path / "k.pem").stat().st_mode & 0o777 == 0o600
    (tmp_path / "k.pem").chmod(0o640)
    with pytest.raises(DeliveryError, match="chmod 600"):
        load_key(tmp_path / "k.pem", domain=DOMAIN, selector="k")


def test_what_is_no_key_is_refused_without_showing_it(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    path.write_text("hunter2")
    path.chmod(0o600)
    with pytest.raises(DeliveryError, match="no unencrypted PEM") as refusal:
        load_key(path, domain=DOMAIN, selector="k")
    assert "hunter2" not in str(refusal.value)


def test_an_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    make_key(tmp_path / "k.pem", domain=DOMAIN, selector="k")
    before = (tmp_path / "k.pem").read_bytes()
    with pytest.raises(DeliveryError, match="another selector"):
        make_key(tmp_path / "k.pem", domain=DOMAIN, selector="k")
    assert (tmp_path / "k.pem").read_bytes() == before


def test_after_a_rotation_old_issues_still_give_their_signed_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "dkim"
    old = make_key(folder / "s1.pem", domain=DOMAIN, selector="s1")
    database = make_store(tmp_path / "d.db", 1)
    first = Room.make(database, keys=KeyRing([old], folder))
    recipe = first.freezer.freeze([first.samples.issue(1)], NOW)[0].made
    sent = first.freezer.bytes_of(recipe)

    new = make_key(folder / "s2.pem", domain=DOMAIN, selector="s2")
    second = Room.make(database, keys=KeyRing([new], folder))
    assert second.freezer.preview(recipe) == (sent, None)
    fresh = second.freezer.freeze([second.samples.issue(1, 2)], NOW)[0].made
    assert b"s=s2;" in second.freezer.bytes_of(fresh)

    (folder / "s1.pem").unlink()
    third = Room.make(database, keys=KeyRing([new], folder))
    shown, why = third.freezer.preview(recipe)
    assert why is not None and "'s1'" in why
    assert sent.endswith(shown)
    with pytest.raises(NotFound):
        third.freezer.bytes_of(recipe)
