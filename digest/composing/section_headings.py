"""What stands over an issue's sections, in words."""

from __future__ import annotations

from digest.composing.locales import Catalogue
from digest.composing.sections import IssueSection
from digest.composing.slots import SlotName
from digest.composing.subject_lines import Kind


def heading_of(section: IssueSection, kind: Kind, words: Catalogue) -> dict[SlotName, str]:
    """Return a section's heading, a line below it, and its count of papers; all but the first may
    be empty.
    """
    count = len(section.places)
    if section.is_lead_alone:
        return _heading(words.say("Best match: {keyword}").replace("{keyword}", section.name))
    if section.name:
        return _heading(section.name, count=words.number(count))
    if section.kind == "likes":
        said = words.say("Like papers that you asked for more of")
        return _heading(said, count=words.number(count))
    if section.kind == "trending":
        return _heading(words.say("Also today, outside your keywords"))
    if kind == "welcome":
        return _heading(
            words.say("Welcome. The best of the last week for your keywords"),
            words.say("From now on, you will get what is new."),
        )
    if kind == "weekly":
        return _heading(words.plural(
            "The week’s best paper for your keywords",
            "The week’s {n} best papers for your keywords", count))  # fmt: skip
    return _heading(words.plural(
        "{n} paper for your keywords", "{n} papers for your keywords", count))  # fmt: skip


def _heading(heading: str, lede: str = "", count: str = "") -> dict[SlotName, str]:
    return {"heading": heading, "lede": lede, "count": count}
