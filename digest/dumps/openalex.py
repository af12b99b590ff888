"""OpenAlex works (https://docs.openalex.org/api-entities/works/work-object)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from digest.dumps import fields
from digest.dumps.bibliographic_record import Told
from digest.dumps.dates import read_day
from digest.dumps.json_family import JsonPapers, Values, at, first_text, json_objects, texts

_LONGEST = 20_000  # words of an abstract; a place beyond is an error of the index


def _told(values: Values) -> Told:
    authorships = json_objects(values.get("authorships"))
    names = (
        first_text(at(each, "author", "display_name"), each.get("raw_author_name"))
        for each in authorships
    )
    topics = [*json_objects(values.get("keywords")), *json_objects(values.get("concepts"))]
    places = json_objects(values.get("primary_location")) + json_objects(values.get("locations"))
    landing = [*texts(values.get("doi")), *(fields.text(p.get("landing_page_url")) for p in places)]
    return Told(
        title=first_text(values.get("title"), values.get("display_name")),
        abstract=_text_of(values.get("abstract_inverted_index"))
        or fields.text(values.get("abstract")),
        authors=filter(None, names),
        day=read_day(values.get("publication_date")),
        dois=texts(values.get("doi")) or texts(at(values, "ids", "doi")),
        addresses=[a for a in landing if a] or texts(values.get("id")),
        keywords=filter(None, (_word(each) for each in topics)),
        organisations=_organisations(authorships),
        venue=first_text(
            at(values, "primary_location", "source", "display_name"),
            at(values, "host_venue", "display_name"),
            at(values, "primary_location", "raw_source_name"),
        ),
    )


def _text_of(index: Any) -> str:
    """Return the text of an index that says at which places each word stands."""
    if not isinstance(index, dict):
        return ""
    words = {
        place: word
        for word, places in index.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int) and 0 <= place < _LONGEST
    }
    return " ".join(words[place] for place in sorted(words))


def _word(topic: Values) -> str:
    return first_text(topic.get("display_name"), topic.get("keyword"))


def _organisations(authorships: list[Values]) -> Iterator[str]:
    for each in authorships:
        institutions = json_objects(each.get("institutions"))
        named = [fields.text(place.get("display_name")) for place in institutions]
        yield from filter(None, named) if any(named) else texts(each.get("raw_affiliation_strings"))


OPENALEX = JsonPapers(
    name="openalex",
    sign=re.compile(
        r'"(?:abstract_inverted_index|authorships)"\s*:|"id"\s*:\s*"https://openalex\.org/W\d'
        r'|"meta"\s*:\s*\{[^{}]*"(?:db_response_time_ms|groups_count)"'
    ),
    lists=("results",),
    paper=("display_name", "title", "authorships"),
    told=_told,
)
