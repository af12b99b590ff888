"""Small dumps in every format, written for these tests."""

from __future__ import annotations

import html
import json
from pathlib import Path

PAPERS = [
    {
        "paper": {
            "id": "2601.00011",
            "title": "Lanterns for Slow Networks",
            "summary": "We light the way for packets that arrive late.",
            "authors": [{"name": "Ada Moss"}, {"name": "Ben Alder", "hidden": False}],
            "publishedAt": "2025-12-30T18:00:00.000Z",
            "submittedOnDailyAt": "2026-01-02T00:00:00.000Z",
            "upvotes": 41,
            "githubRepo": "moss/lanterns",
            "projectPage": "https://lanterns.example.org/",
            "ai_keywords": ["routing", "patience"],
        },
        "publishedAt": "2025-12-30T13:00:00.000Z",
        "title": "Lanterns for Slow Networks",
        "summary": "We light the way for packets that arrive late.",
        "numComments": 3,
        "submittedBy": {"fullname": "Cleo Reed", "name": "cleo"},
    },
    {
        "paper": {
            "id": "2601.00012",
            "title": "Counting Sheep with Sparse Attention",
            "summary": "Sleepy models count better.",
            "authors": [{"name": "Dov Fern"}],
            "publishedAt": "2025-12-31T09:00:00.000Z",
            "submittedOnDailyAt": "2026-01-02T00:00:00.000Z",
            "upvotes": 7,
        },
        "numComments": 0,
    },
]

HF_JSON = json.dumps(PAPERS, indent=1).encode()

_PROPS = html.escape(json.dumps({"dateString": "2026-01-02", "dailyPapers": PAPERS[:1]}))
PAGE_HTML = f"""<!DOCTYPE html>
<html><head><title>Daily Papers</title></head><body><main>
<div class="SVELTE_HYDRATER" data-target="DailyPapers" data-props="{_PROPS}"><section>
<article><label><input type="checkbox"><div>41</div></label>
<h3><a href="/papers/2601.00011">Lanterns for Slow Networks</a></h3></article>
<article><label><input type="checkbox"><div>7</div></label>
<h3><a href="/papers/2601.00012">Counting Sheep with Sparse Attention</a></h3>
<p>Sleepy models count better.</p><ul><li>· 8 authors</li></ul>
<a href="/papers/2601.00012#community">5</a><div>Published on Nov 25, 2024</div>
<a href="https://github.com/fern/sheep">code</a></article>
</section></div></main></body></html>
""".encode()

ARXIV_API = b"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <link href="http://arxiv.org/api/query?search_query=cat:cs.NI" rel="self"/>
  <id>http://arxiv.org/api/lantern</id>
  <updated>2026-01-03T00:00:00-05:00</updated>
  <entry>
    <id>http://arxiv.org/abs/2601.00021v2</id>
    <title>Bridges of
      Small Graphs</title>
    <summary>  We cross $n$ bridges
      once.  </summary>
    <published>2026-01-01T02:00:00Z</published>
    <author><name>Eve Birch</name></author><author><name>Finn Oak</name></author>
    <arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1000/Bridges.1</arxiv:doi>
    <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">Code: https://github.com/b/g.</arxiv:comment>
    <link href="http://arxiv.org/abs/2601.00021v2" rel="alternate" type="text/html"/>
    <category term="math.CO"/><category term="cs.DM"/>
  </entry>
  <entry>
    <id>http://arxiv.org/abs/2601.00021v1</id>
    <title>Bridges of Small Graphs</title><summary>The first version.</summary>
  </entry>
</feed>
"""

ARXIV_RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 version="2.0"><channel><title>cs.LG updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.LG</link>
<pubDate>Fri, 02 Jan 2026 00:00:00 -0500</pubDate>
<item><title>Pruning Hedges</title><link>https://arxiv.org/abs/2601.00031</link>
<description>arXiv:2601.00031v1 Announce Type: new
Abstract: We cut a &lt; b and keep the rest.</description>
<guid isPermaLink="false">oai:arXiv.org:2601.00031v1</guid><category>cs.LG</category>
<pubDate>Fri, 02 Jan 2026 00:00:00 -0500</pubDate><arxiv:announce_type>new</arxiv:announce_type>
<dc:creator>Gus Pine, Hana Rush (Institute, of Hedges)</dc:creator></item>
<item><title>Crossing Fields</title><link>https://arxiv.org/abs/2601.00032</link>
<description>arXiv:2601.00032v1 Announce Type: cross
Abstract: From another field.</description>
<guid isPermaLink="false">oai:arXiv.org:2601.00032v1</guid></item>
<item><title>An Old Song Again</title><link>https://arxiv.org/abs/2501.00033</link>
<description>arXiv:2501.00033v4 Announce Type: replace-cross
Abstract: Version four.</description>
<guid isPermaLink="false">oai:arXiv.org:2501.00033v4</guid></item>
</channel></rss>
"""

BIORXIV = json.dumps(
    {
        "messages": [{"status": "ok", "cursor": "0", "count": 2, "total": "5"}],
        "collection": [
            {
                "doi": "10.1101/2026.01.01.000001",
                "title": "How <i>E. coli</i> rests",
                "authors": "Moss, A.; Alder, B. C.",
                "date": "2026-01-02",
                "version": "1",
                "category": "microbiology",
                "abstract": "Rest is short &amp; sweet.",
                "server": "bioRxiv",
            },
            {
                "doi": "10.1101/2026.01.01.000001",
                "title": "How <i>E. coli</i> rests",
                "version": "2",
                "abstract": "The second version.",
            },
        ],
    }
).encode()

RSS = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prism.example/">
<channel><title>A journal</title>
<item><title>Moss &amp;amp; &lt;i&gt;stone&lt;/i&gt;</title><link>https://journal.example.org/1</link>
<description>&lt;p&gt;Moss grows.&lt;/p&gt;&lt;p&gt;Stone stays.&lt;/p&gt;</description>
<dc:creator>Ivy Lane</dc:creator><dc:creator>Jo Heath</dc:creator>
<prism:doi>10.1000/MOSS.1</prism:doi><pubDate>Fri, 02 Jan 2026 00:30:00 +0900</pubDate></item>
<item><description>It has no title.</description></item>
</channel></rss>
"""

JSON_FEED = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Notes", "items": [
 {"id": "1", "url": "https://notes.example.org/1", "title": "Tides",
  "content_html": "<p>In &amp; out.</p>",
  "date_published": "2026-01-02T23:59:00Z", "authors": [{"name": "Kim Shore"}], "tags": ["sea"]}]}
"""

BIBTEX = rb"""% exported by hand
@string{venue = "Proceedings of Rest"}
@article{moss,
  title = {{LANTERN}: a {T}est of $x^2$ models}, booktitle = venue,
  author = "Moss, Ada and Alder, Ben C. and G{\"o}del, Kurt and others",
  abstract = {We keep 50\% of it.}, year = 2026, month = jan, day = 3, doi = {10.1000/ABC.1}}
@inproceedings{broken, title = {Never closed, author = {X}
}
@misc{fern, title = "Second Thoughts", eprint = {2601.00041v2}, archivePrefix = {arXiv}}
@misc{nobody, author = {No Title}}
"""

RIS = b"""TY  - JOUR
TI  - A Study of Puddles
AU  - Moss, Ada
AU  - Alder, B.
AB  - First line
 and its second.
DO  - 10.1000/puddle
DA  - 2026/01/03/
KW  - water
UR  - https://puddles.example.org/a
ER  -
TY  - JOUR
AU  - No Title
ER  -
TY  - JOUR
TI  - It Breaks Of
"""

PAGE_TEXT = b"""Daily Papers
Jan 2

Kettles That Know When to Stop

We teach kettles to stop before the water is gone, and show on four stoves that they do so.

  \xe2\x80\xa2 8 authors
\xc2\xb7
Dec 30, 2025
"""

_EXPORTS = Path(__file__).parent / "exports"
_EXPORTED = {
    "csl-json": "zotero.csl.json",
    "openalex": "openalex.json",
    "semantic-scholar": "semantic-scholar.json",
    "openreview": "openreview.json",
    "europe-pmc": "europe-pmc.json",
    "pubmed-xml": "pubmed.xml",
    "oai-pmh": "oai-dc.xml",
    "arxiv-list": "arxiv-new.html",
    "arxiv-mail": "arxiv-mail.txt",
    "scholar-alert": "scholar-alert.html",
    "csv": "scopus.csv",
    "nbib": "pubmed.nbib",
    "wos": "savedrecs.ciw",
    "refer": "scholar.enw",
}
ALL = {
    "hf-json": HF_JSON,
    "page-html": PAGE_HTML,
    "arxiv": ARXIV_RSS,
    "biorxiv": BIORXIV,
    "feed": RSS,
    "json-feed": JSON_FEED,
    "bibtex": BIBTEX,
    "ris": RIS,
    "page-text": PAGE_TEXT,
    **{name: (_EXPORTS / file).read_bytes() for name, file in _EXPORTED.items()},
}
