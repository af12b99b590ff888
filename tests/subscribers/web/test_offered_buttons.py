"""A button that a page shows does what it says, whatever has happened before.

Stories of a reader, a thief who holds a forwarded mail, and their letters are told in any order;
after each, every link that was ever mailed is opened, and each button shown there is pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.preferences import Preferences
from tests.subscribers.web.site import Site, blank_site
from tests.subscribers.web.test_doors import UNLIMITED, offers

FIRST, SECOND, THIRD = "ada@example.org", "eve@example.org", "eve@other.example"


@dataclass
class Story:
    """One reader, and what has happened to them."""

    site: Site
    mails: list[str] = field(default_factory=list)  # paths behind the tokens of their issues

    def __post_init__(self) -> None:
        self.number = self.site.reader("diffusion, speech").id
        self.gets_an_issue()

    def tell(self, happening: str) -> None:
        self.site.clock.forward(minutes=1)
        now, desk = self.site.clock.now, self.site.front.desk
        acts: dict[str, Callable[[], object]] = {
            "asks to move": lambda: self.post("address", email=SECOND),
            "asks to move on": lambda: self.post("address", email=THIRD),
            "moves": lambda: self.press("move"),
            "takes a move back": lambda: self.press("restore"),
            "takes the first move back": lambda: self.press("restore", newest=False),
            "says that it was not them": lambda: self.press("stop"),
            "changes keywords": lambda: self.post("preferences/what", keywords=f"robots {now:%M}"),
            "leaves": lambda: self.post("unsubscribe", by="page"),
            "takes it back": lambda: self.post("undo"),
            "pauses": lambda: self.post("pause", until=""),
            "asks to be erased": lambda: self.post("ask/erase"),
            "is erased": lambda: self.press("erase"),
            "subscribes": lambda: desk.subscribe(FIRST, Preferences("moss"), now),
            "is asked for elsewhere": lambda: desk.subscribe(SECOND, Preferences("ferns"), now),
            "confirms": lambda: self.press("confirm"),
            "gets an issue": self.gets_an_issue,
            "waits for eight days": lambda: self.site.clock.forward(days=8),
        }
        acts[happening]()

    def gets_an_issue(self) -> None:
        reader = self.site.front.store.by_key(FIRST) or self.site.front.store.by_key(SECOND)
        if reader and reader.state == "active":
            self.mails.append(f"/m/{self.site.token(reader)}")

    def post(self, action: str, **form: str) -> None:
        if self.mails:
            self.site.browser().post(f"{self.mails[-1]}/{action}", data=form)

    def press(self, family: str, *, newest: bool = True) -> None:
        found = [path for path in self.letters() if path.startswith(f"/{family}/")]
        if found:
            self.site.browser().post(found[-1 if newest else 0])

    def letters(self) -> list[str]:
        return [urlsplit(letter.link).path for letter in self.site.front.post.letters]

    def links(self) -> Iterator[str]:
        yield from dict.fromkeys(path for path in self.letters() if path != "/")
        for mail in self.mails:
            for action in ("preferences", "unsubscribe", "likes"):
                yield f"{mail}/{action}"


HAPPENINGS = (
    *("asks to move", "asks to move on", "moves", "takes a move back", "takes the first move back"),
    *("says that it was not them", "changes keywords", "leaves", "takes it back", "pauses"),
    *("asks to be erased", "is erased", "subscribes", "is asked for elsewhere", "confirms"),
    *("gets an issue", "waits for eight days"),
)
FORM = {"keywords": "robots", "email": "new@example.org", "by": "page", "until": "", "shown": "x"}


def told(happenings: list[str]) -> Story:
    story = Story(blank_site(UNLIMITED))
    for each in happenings:
        story.tell(each)
    return story


def fails(happenings: list[str]) -> list[tuple[str, str, int]]:
    """Return the pages whose buttons do not work: the page, the button, the answer."""
    shown = {}
    story = told(happenings)
    for link in story.links():
        page = story.site.browser().get(link)
        if page.status_code == 200:
            shown[link] = [o for o in offers(page.text, link) if o.startswith("POST")]
    found = []
    for link, offered in shown.items():
        for each in dict.fromkeys(offered):
            again = told(happenings)  # the same tokens: the clock and the key are the same
            answer = again.site.browser().post(each.removeprefix("POST "), data=FORM)
            if answer.status_code not in (200, 303, 422):
                found.append((link.split("/")[1], each.split("/")[-1], answer.status_code))
    return found


@settings(max_examples=15)
@given(st.lists(st.sampled_from(HAPPENINGS), max_size=6))
def test_what_is_shown_can_be_done(happenings: list[str]) -> None:
    assert fails(happenings) == []


def test_stories_that_went_wrong() -> None:
    for story in (
        ["asks to move", "moves", "gets an issue", "asks to move on", "moves"],
        ["asks to move", "moves", "gets an issue", "leaves"],
        ["changes keywords", "leaves", "says that it was not them"],
        ["asks to move", "is asked for elsewhere", "confirms"],
        ["asks to move", "moves", "subscribes", "confirms"],
        ["asks to be erased", "is erased", "subscribes", "confirms"],
    ):
        assert fails(story) == [], story
