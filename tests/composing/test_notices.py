import pytest

from digest.composing.checks.html_checks import links_of
from digest.composing.compose import Renderers
from digest.composing.notices import NOTICE_KINDS

LINK = "https://digest.example.org/confirm/abc?x=1&y=2"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", NOTICE_KINDS)
def test_every_notice_carries_its_link_in_both_parts(
    press: Renderers, kind: str, language: str
) -> None:
    notice = press.notice(kind, language, address="ada@example.org", url=LINK)  # type: ignore[arg-type]
    assert links_of(notice.html) == [LINK]
    assert LINK in notice.text
    assert notice.subject and "\n" not in notice.subject
    assert f'lang="{language}"' in notice.html


def test_a_notice_that_needs_a_link_refuses_to_go_without() -> None:
    from digest.composing.locales import Catalogues
    from digest.composing.notices import notice_values

    words = Catalogues().words("en")
    for kind in NOTICE_KINDS:
        with pytest.raises(ValueError, match="needs an http or https address"):
            notice_values(kind, words, name="Digest", address="", url="javascript:x")
    assert notice_values("goodbye", words, name="D", address="", url=None)["url"] is None


def test_goodbye_goes_without_a_link(press: Renderers) -> None:
    notice = press.notice("goodbye", "en", address="ada@example.org")
    assert links_of(notice.html) == []
    assert "Subscribe again" not in notice.html + notice.text


def test_names_and_addresses_are_escaped(press: Renderers) -> None:
    notice = press.notice("goodbye", "en", address="<b>@example.org")
    assert "&lt;b&gt;@example.org" in notice.html
    assert "<b>@example.org" in notice.text
