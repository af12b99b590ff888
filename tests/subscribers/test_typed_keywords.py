"""Keywords as people type them: read as they were meant, or told with what to write."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from subscribers.errors import ProfileError
from subscribers.profile import parse, parse_stored, read_profile, to_text
from subscribers.understood import understood


def told(text: str) -> list[str]:
    """What a text is understood to be, as pages and the command line show it."""
    reading = read_profile(text)
    assert not reading.problems, [str(problem) for problem in reading.problems]
    return [str(line) for line in understood(reading.profile)]


LISTS = [
    ("a) moss b) ferns c) peat bogs", ["wanted: moss, ferns, peat bogs"]),
    ("interests: moss; topics: ferns", ["wanted: moss, ferns"]),
    ("never: moss; topics: ferns", ["wanted: ferns", "never: moss"]),
    ("&lt;b&gt;moss&lt;/b&gt;, ferns", ["wanted: moss, ferns"]),
    ("moss; ferns; lichens", ["wanted: moss, ferns, lichens"]),
    ("moss；ferns；", ["wanted: moss, ferns"]),
    ("苔藓，蕨类；地衣。", ["wanted: 苔藓, 蕨类, 地衣"]),
    ("мхи; папоротники и хвощи", ["wanted: мхи, папоротники и хвощи"]),
    ("コケ、シダ", ["wanted: コケ, シダ"]),
    ("طحالب، سراخس", ["wanted: طحالب, سراخس"]),
    ("moss\tferns\tpeat bogs", ["wanted: moss, ferns, peat bogs"]),
    ("moss | ferns|lichens", ["wanted: moss, ferns, lichens"]),
    ("moss · ferns • lichens", ["wanted: moss, ferns, lichens"]),
    ("moss / ferns", ["wanted: moss, ferns"]),
    ("1. moss\n2. ferns\n3. peat bogs", ["wanted: moss, ferns, peat bogs"]),
    ("1) moss, 2) ferns", ["wanted: moss, ferns"]),
    ("(1) moss (2) ferns", ["wanted: moss, ferns"]),
    ("1. moss 2. ferns 3. lichens", ["wanted: moss, ferns, lichens"]),
    ("1. moss", ["wanted: moss"]),
    ("- moss\n- ferns", ["wanted: moss, ferns"]),
    ("– moss\n– ferns", ["wanted: moss, ferns"]),
    ("- [ ] moss\n- [x] ferns", ["wanted: moss, ferns"]),
    ("• moss\n• ferns", ["wanted: moss, ferns"]),
    ("•moss\n•ferns", ["wanted: moss, ferns"]),
    ("* moss\n* ferns", ["wanted: moss, ferns"]),
    ("a) moss\nb) ferns", ["wanted: moss, ferns"]),
    ("## moss\n\nferns", ["wanted: moss, ferns"]),
    ("🌿 moss, 🍃 ferns", ["wanted: moss, ferns"]),
    ("keywords: moss, peat bogs", ["wanted: moss, peat bogs"]),
    ("Key words: moss; ferns", ["wanted: moss, ferns"]),
    ("Research interests: moss", ["wanted: moss"]),
    ("Topics:\n- moss\n- ferns", ["wanted: moss, ferns"]),
    ("Stichwörter: Moose, Farne", ["wanted: Moose, Farne"]),
    ("Mots-clés : mousses, fougères", ["wanted: mousses, fougères"]),
    ("关键词：苔藓、蕨类", ["wanted: 苔藓, 蕨类"]),
    ("moss growth. fern spores. Lichens.", ["wanted: moss growth, fern spores, Lichens"]),
    ("moss or peat bogs", ["wanted: moss, peat bogs"]),
    ("Moose oder Farne", ["wanted: Moose, Farne"]),
    ('["moss", "peat bogs"]', ['wanted: "moss", "peat bogs"']),
    ("['peat bogs', 'moss']", ['wanted: "peat bogs", "moss"']),
    ("'peat bogs', ‘fern spores’, ‹moss›", ['wanted: "peat bogs", "fern spores", "moss"']),
    ("``peat bogs'', moss", ['wanted: "peat bogs", moss']),
    ("<b>moss</b>, <i>peat bogs</i>", ["wanted: moss, peat bogs"]),
    ("<ul><li>moss</li><li>ferns</li></ul>", ["wanted: moss, ferns"]),
    ("&quot;peat bogs&quot; &amp; moss", ['wanted: "peat bogs", moss']),
    ("\ufeffmoss\u200b, peat\u200bbogs", ["wanted: moss, peat bogs"]),
    ("moss, ferns, etc.", ["wanted: moss, ferns"]),
]

REFUSALS = [
    *[
        (f"moss\n{heading}: surveys, video", ["wanted: moss", "never: surveys, video"])
        for heading in (
            *(
                "Not wanted",
                "Dislikes",
                "Avoid",
                "Ignore",
                "Don't want",
                "I don’t want",
                "Unwanted",
            ),
            *("Skip", "Hide", "Negative", "Blocklist", "Out of scope", "Anti-keywords", "Less"),
            *("Uninterested", "Not interested in", "Things I never want to see", "NO"),
            *("negative keywords", "Not of interest", "Muted topics", "What to leave out"),
            *("Ausschließen", "Ich will nicht sehen", "Uninteressant", "Unerwünschte Themen"),
            *("Ne m'intéresse pas", "À éviter", "No me interesa", "Não me interessa"),
        )
    ],
    ("Negative sampling: moss, ferns", ["group Negative sampling: moss, ferns"]),
    ("No-regret learning: moss, ferns", ["group No-regret learning: moss, ferns"]),
    ("Out-of-distribution: moss, ferns", ["group Out-of-distribution: moss, ferns"]),
    ("Interests:\n- moss\nNot interested:\n- surveys", ["wanted: moss", "never: surveys"]),
    ("Not interested:\n- surveys\nInterests:\n- moss", ["wanted: moss", "never: surveys"]),
    ("moss\n\nExclude:\n- surveys", ["wanted: moss", "never: surveys"]),
    ("Topics:\n- moss\n- ferns\n\nNot: algae", ["wanted: moss, ferns", "never: algae"]),
    (
        "Robots:\n- arms\n- legs\n\nCells:\n- cuts, ends",
        ["group Robots: arms, legs", "group Cells: cuts, ends"],
    ),
    ("moss (-video)", ["wanted: moss", "never: video"]),
    ("moss [-video]", ["wanted: moss", "never: video"]),
    ("moss (−video), ferns", ["wanted: moss, ferns", "never: video"]),
    ("moss (-video generation)", ["wanted: moss", 'never: "video generation"']),
    ("moss (-video, -audio)", ["wanted: moss", "never: video, audio"]),
    ("f(-x) moss", ["wanted: f(-x) moss"]),
]

NAMES = [
    ("AU=(Okafor A*)", ["by: Okafor A"]),
    ("mosses and ferns", ["wanted: mosses and ferns"]),
    ("MOSS/FERNS", ["wanted: MOSS, FERNS"]),
    ("NLP/CV, robots", ["wanted: NLP, CV, robots"]),
    ("cad/cam, TCP/IP, I/O", ["wanted: cad/cam, TCP/IP, I/O"]),
    ("graph neural networks (GNNs)", ["wanted: graph neural networks, GNNs"]),
    (
        "RLHF (reinforcement learning from human feedback), moss",
        ["wanted: RLHF, reinforcement learning from human feedback, moss"],
    ),
    ("CO (carbon monoxide)", ["wanted: CO carbon monoxide"]),
    ("DNA (short strands)", ["wanted: DNA short strands"]),
    ("LLMs, e.g. GPT-4", ["wanted: LLMs, GPT-4"]),
    ("rendering (computer graphics)", ["wanted: rendering computer graphics"]),
    ("trees (mathematics)", ["wanted: trees mathematics"]),
    ("boundary-value problems", ["wanted: boundary-value problems"]),
    ("C++, C#, F#, .NET, A*, R", ["wanted: C++, C#, F#, .NET, A*, R"]),
    ("3D, k-NN, GPT-4, 802.11, p53, COVID-19", ["wanted: 3D, k-NN, GPT-4, 802.11, p53, COVID-19"]),
    ("α-helix, TGF-β1", ["wanted: α-helix, TGF-β1"]),
    ("f(x), O(n) algorithms", ["wanted: f(x), O(n) algorithms"]),
    ("#moss #PeatBogs #ferns", ['wanted: moss, "Peat Bogs", ferns']),
    ("#peat_bogs", ['wanted: "peat bogs"']),
    ("moss*, fern spore*", ["wanted: moss, fern spore"]),
    ("cs.LG", ["wanted: cs.LG"]),
    ("E. coli, C. elegans", ["wanted: E coli, C elegans"]),
    ("What is moss?", ["wanted: What is moss"]),
    ('author:"Y. Okafor"', ['by: "Y. Okafor"']),
    ("author:Ada Okafor", ["by: Ada Okafor"]),
    ("author:Ludwig van der Berg mosses", ["by: Ludwig van der Berg", "wanted: mosses"]),
    ("author:Okafor, A. B.", ['by: "Okafor A. B."']),
    ("Authors: Ada Okafor, Bruno Lindqvist", ["by: Ada Okafor, Bruno Lindqvist"]),
    ("by: Okafor, A., Lindqvist, B.", ['by: "Okafor A.", "Lindqvist B."']),
    ("org:Max Planck Institute moss", ['wanted: org:"Max Planck Institute", moss']),
]

PEOPLE_TYPE = [  # alerts, queries and lists of others, as they are pasted
    ("SE(3), SO(2)-equivariant moss", ["wanted: SE(3), SO(2)-equivariant moss"]),
    ("p(doom), f(x)", ["wanted: p(doom), f(x)"]),
    ("O(n log n) sorting, O(n^2)", ["wanted: O(n log n) sorting, O(n^2)"]),
    ("(moss), [ferns], (peat bogs)", ["wanted: moss, ferns, peat bogs"]),
    ("moss(es), fern(s) and bogs", ["wanted: moss, fern and bogs"]),
    ("(de)noising, (multi-)agent systems", ["wanted: denoising, multi-agent systems"]),
    ('au:"Okafor, Ada"', ['by: "Okafor, Ada"']),
    ('author:"Okafor, A. B."', ['by: "Okafor, A. B."']),
    ("by: Okafor, Ada; Lindqvist, Bruno", ["by: Okafor Ada, Lindqvist Bruno"]),
    ("by: Okafor, A. B.; Lindqvist, B.", ["by: Okafor A B, Lindqvist B"]),
    ("papers by Ada Okafor and Bruno Lindqvist", ["by: Ada Okafor, Bruno Lindqvist"]),
    ("author:Ada Okafor & Bruno Lindqvist", ["by: Ada Okafor, Bruno Lindqvist"]),
    ("from: CERN, ETH", ["wanted: org:CERN, org:ETH"]),
    ("My research interests include moss, and peat bogs.", ["wanted: moss, peat bogs"]),
    ("Our main research areas are moss and ferns", ["wanted: moss and ferns"]),
    ("bogs; in particular, moss growth", ["wanted: bogs, moss growth"]),
    ("bogs, esp. moss, such as peat moss", ["wanted: bogs, moss, peat moss"]),
    ("Moose, Farne und Flechten, vor allem Torfmoose", [
        "wanted: Moose, Farne und Flechten, Torfmoose",
    ]),
    ("mousses, notamment les sphaignes", ["wanted: mousses, les sphaignes"]),
    ("“salt, and light”, moss", ['wanted: "salt, and light", moss']),
    ("Botany (moss growth, fern spores), bogs", ["wanted: Botany, moss growth, fern spores, bogs"]),
    ("botany (e.g. moss, ferns), etc.", ["wanted: botany, moss, ferns"]),
    ("moss and/or peat bogs", ["wanted: moss, peat bogs"]),
    ("Moose und/oder Farne", ["wanted: Moose, Farne"]),
    ("semi-/self-supervised", ["wanted: semi-supervised, self-supervised"]),
    ("moss, y chromosome, and peat bogs", ["wanted: moss, y chromosome, peat bogs"]),
    ("moss growth/decay", ["wanted: moss growth, moss decay"]),
    ("moss/fern spores", ["wanted: moss spores, fern spores"]),
    ("semi-/self-supervised botany", ["wanted: semi-supervised botany, self-supervised botany"]),
    ("TCP/IP networks, A/B testing", ["wanted: TCP/IP networks, A/B testing"]),
    ("Grant keywords - moss; ferns", ["wanted: moss, ferns"]),
    ("Author keywords: moss, ferns", ["wanted: moss, ferns"]),
    ("o\tmoss\no\tferns", ["wanted: moss, ferns"]),
    ("\uf0b7\tmoss\n\uf0b7\tferns", ["wanted: moss, ferns"]),
    ("\uf0a7 moss\n\uf0a7 peat bogs", ["wanted: moss, peat bogs"]),
    ("§ moss\n§ ferns", ["wanted: moss, ferns"]),
    ("i) moss ii) ferns iii) bogs", ["wanted: moss, ferns, bogs"]),
    ("(i) moss (ii) ferns", ["wanted: moss, ferns"]),
    ("(a) moss, (b) ferns, and (c) bogs", ["wanted: moss, ferns, bogs"]),
    ("① moss ② ferns ③ bogs", ["wanted: moss, ferns, bogs"]),
    ("1. Moss.\n2. Peat bogs.", ["wanted: Moss, Peat bogs"]),
    ("MOSS GROWTH, PEAT BOGS", ["wanted: MOSS GROWTH, PEAT BOGS"]),
    ('""peat bogs"", ferns', ['wanted: "peat bogs", ferns']),
    ("「泥炭」、「苔」", ['wanted: "泥炭", "苔"']),
    ("苔藓，蕨类、地衣；泥炭", ["wanted: 苔藓, 蕨类, 地衣, 泥炭"]),
    ("«торфяное болото», „Moos“", ['wanted: "торфяное болото", "Moos"']),
    ("« tourbière », mousse", ['wanted: "tourbière", mousse']),
    ("#PeatBogs #Moss #ferns!", ['wanted: "Peat Bogs", Moss, ferns']),
    ("#peat-bogs 🌿", ["wanted: peat-bogs"]),
    ('papers like "Why mosses thrive"', ['wanted: "Why mosses thrive"']),
    ("any of: moss, ferns", ["wanted: moss, ferns"]),
    ("all of: moss, ferns", ["must: moss, ferns"]),
    ("bogs\nnone of: moss, ferns", ["wanted: bogs", "never: moss, ferns"]),
    ("+peat +bogs -moss", ["must: peat, bogs", "never: moss"]),
    ('intitle:"peat bogs" -review', ['wanted: title:"peat bogs"', "never: review"]),
    ("cat:cs.CL+AND+abs:%22peat+bogs%22", ['must: cs.CL, "peat bogs"']),
    ("(moss OR ferns) AND (bogs OR fens) NOT (lichens)", [
        "wanted: moss, ferns, bogs, fens",
        "must: moss OR ferns",
        "must: bogs OR fens",
        "never: lichens",
    ]),
    ("moss | ferns / bogs · fens", ["wanted: moss, ferns, bogs, fens"]),
    ("graphs → moss", ["wanted: graphs, moss"]),
    ("k-means++, .NET, Node.js, R&D, H2O", ["wanted: k-means++, .NET, Node.js, R&D, H2O"]),
    ("L0 norm, ε-greedy, Erdős–Rényi graphs", [
        "wanted: L0 norm, ε-greedy, Erdős–Rényi graphs",
    ]),
]  # fmt: skip

EXCLUSIONS = [
    ("moss; never: ferns", ["wanted: moss", "never: ferns"]),
    ("moss AND-NOT ferns", ["wanted: moss", "never: ferns"]),
    ("moss NOT ferns", ["wanted: moss", "never: ferns"]),
    ("moss AND NOT ferns", ["wanted: moss", "never: ferns"]),
    ("moss BUT NOT fern spores", ["wanted: moss", 'never: "fern spores"']),
    ("moss ANDNOT (ferns OR lichens)", ["wanted: moss", "never: ferns, lichens"]),
    ("machine learning -deep learning", ["wanted: machine learning", 'never: "deep learning"']),
    (
        "neural networks -graph neural networks",
        ["wanted: neural networks", 'never: "graph neural networks"'],
    ),
    ("moss, -fern spores", ["wanted: moss", 'never: "fern spores"']),
    ("moss\n-fern spores\n-lichens", ["wanted: moss", 'never: "fern spores", lichens']),
    ("speech -audio recognition", ["wanted: speech recognition", "never: audio"]),
    ("-cat:cs.CV moss", ["wanted: moss", "never: cs.CV"]),
    ("moss -(ferns, fern spores)", ["wanted: moss", 'never: ferns, "fern spores"']),
    ('moss -"fern spores" -intitle:lichen', ["wanted: moss", 'never: "fern spores", title:lichen']),
    ("moss\nNever: ferns, fern spores", ["wanted: moss", 'never: ferns, "fern spores"']),
    ("Moose\nNicht: Farne", ["wanted: Moose", "never: Farne"]),
    ("moss\nwithout: ferns", ["wanted: moss", "never: ferns"]),
    ("Moose NICHT Farne", ["wanted: Moose", "never: Farne"]),
]

QUERIES = [
    ("search_query=all:moss", ["wanted: moss"]),
    ("author=Okafor, title=moss", ["by: Okafor", "wanted: title:moss"]),
    ("moss.ti,ab. AND okafor.au.", ["must: moss, author:okafor"]),
    ("exp Peat Bogs/", ["wanted: Peat Bogs"]),
    ("moss AND peat bogs", ["must: moss, peat bogs"]),
    ("moss && ferns", ["must: moss, ferns"]),
    ("Moose UND Farne", ["must: Moose, Farne"]),
    ("moss OR ferns", ["wanted: moss, ferns"]),
    ("moss || ferns", ["wanted: moss, ferns"]),
    (
        "(moss OR ferns) AND (bogs OR fens)",
        ["wanted: moss, ferns, bogs, fens", "must: moss OR ferns", "must: bogs OR fens"],
    ),
    (
        "moss AND (bogs OR fens) AND water",
        ["must: moss", "wanted: bogs, fens", "must: water", "must: bogs OR fens"],
    ),
    (
        "(moss AND bogs) OR ferns",
        ["wanted: moss, bogs, ferns", "must: moss OR ferns", "must: bogs OR ferns"],
    ),
    (
        "moss AND bogs\nferns AND fens",
        [
            "wanted: moss, bogs, ferns, fens",
            "must: moss OR ferns",
            "must: moss OR fens",
            "must: bogs OR ferns",
            "must: bogs OR fens",
        ],
    ),
    ("(moss OR\nferns)\nAND bogs", ["wanted: moss, ferns", "must: bogs", "must: moss OR ferns"]),
    ("+(moss, ferns), bogs", ["wanted: moss, ferns, bogs", "must: moss OR ferns"]),
    ("must: moss or ferns\nbogs", ["wanted: moss, ferns, bogs", "must: moss OR ferns"]),
    ("must: moss, ferns\nbogs", ["must: moss, ferns", "wanted: bogs"]),
    ("(moss OR ferns)^2", ["wanted: moss^2, ferns^2"]),
    ('"peat" AND "bog"^3', ['must: "peat", "bog"^3']),
    (
        "graph neural networks (GNN) AND moss",
        ["wanted: graph neural networks, GNN", "must: moss", "must: graph neural networks OR GNN"],
    ),
    ('cat:cs.LG AND abs:"peat bog"', ['must: cs.LG, "peat bog"']),
    ("au:Okafor", ["by: Okafor"]),
    ("au:okafor_a AND ti:moss", ["must: author:okafor_a, title:moss"]),
    ("au:del_maestro+AND+ti:checkerboard", ["must: author:del_maestro, title:checkerboard"]),
    ("all:moss ANDNOT ti:fern", ["wanted: moss", "never: title:fern"]),
    ("abs:peat bogs", ["wanted: peat bogs"]),
    ('"peat bog"[tiab]', ['wanted: "peat bog"']),
    ("peat bog[tiab] AND moss[ti]", ['must: "peat bog", title:moss']),
    (
        '"peat bog"[Title/Abstract] NOT (fern[ti] OR lichen[MeSH Terms])',
        ['wanted: "peat bog"', "never: title:fern, lichen"],
    ),
    ("Okafor AB[au]", ['by: "Okafor A. B."']),
    ("moss[Text Word]", ["wanted: moss"]),
    ('TITLE-ABS-KEY("peat bog" AND moss*)', ['must: "peat bog", moss']),
    (
        "TITLE-ABS-KEY ( moss OR fern ) AND NOT TITLE ( lichen )",
        ["wanted: moss, fern", "never: title:lichen"],
    ),
    ("AUTH(Okafor) AND TITLE(moss)", ["must: author:Okafor, title:moss"]),
    ("{peat bog} AND {moss}", ['must: "peat bog", "moss"']),
    ('TS=("peat bog" AND moss)', ['must: "peat bog", moss']),
    ("TI=moss AND AU=Okafor A", ['must: title:moss, author:"Okafor A"']),
    ("intitle:moss", ["wanted: title:moss"]),
    ('"peat bog" OR "fen" -lichen', ['wanted: "peat bog", "fen"', "never: lichen"]),
    ("protein NOT (mouse OR rat)", ["wanted: protein", "never: mouse, rat"]),
    ("MOSS AND FERNS", ["must: MOSS, FERNS"]),
    ("f(x) AND moss", ['must: "f(x)", moss']),
]

FROM_ELSEWHERE = [
    ("Keywords—moss · ferns", ["wanted: moss, ferns"]),
    ("Index Terms—Moss, peat bogs.", ["wanted: Moss, peat bogs"]),
    ("Keywords - moss, ferns", ["wanted: moss, ferns"]),
    ("KEYWORDS moss; ferns", ["wanted: moss, ferns"]),
    ("Keywords\nmoss\nferns", ["wanted: moss, ferns"]),
    ("moss\nNever\nferns\nlichens", ["wanted: moss", "never: ferns, lichens"]),
    ("keywords = {moss, ferns},", ["wanted: moss, ferns"]),
    ("\\keywords{moss, ferns}", ["wanted: moss, ferns"]),
    ("\\textbf{Keywords:} moss", ["wanted: moss"]),
    ("KW  - moss\nKW  - ferns", ["wanted: moss, ferns"]),
    ('"keywords": ["moss", "ferns"]', ['wanted: "moss", "ferns"']),
    ("<kwd>moss</kwd><kwd>ferns</kwd>", ["wanted: moss, ferns"]),
    ("<moss>, ferns", ["wanted: moss, ferns"]),
    ("abs:(moss) ANDNOT ti:(fern)", ["wanted: moss", "never: title:fern"]),
    ("au:(Okafor OR Lindqvist)", ["by: Okafor, Lindqvist"]),
    ("ti(moss) AND ab(fern)", ["must: title:moss, fern"]),
    ("ALL=moss", ["wanted: moss"]),
    ("SU(2) gauge theory", ["wanted: SU(2) gauge theory"]),
    ('DE "moss" AND TI "fern"', ['must: "moss", title:"fern"']),
    ('(MH "Moss Growth+")', ['wanted: "Moss Growth"']),
    ('MESH.EXACT("peat bog")', ['wanted: "peat bog"']),
    ('("Document Title":moss) AND ("Abstract":fern)', ["must: title:moss, fern"]),
    ("'peat bog'/exp AND moss:ti,ab", ['must: "peat bog", moss']),
    ("[mh moss]", ["wanted: moss"]),
    ("moss and NOT ferns", ["wanted: moss", "never: ferns"]),
    ("---\nkeywords:\n- moss\n- ferns\n---", ["wanted: moss, ferns"]),
    ("keywords: - moss - ferns", ["wanted: moss, ferns"]),
    ('keywords = ["moss"]', ['wanted: "moss"']),
    ("Include: moss", ["wanted: moss"]),
    ("moss, ferns, ...", ["wanted: moss, ferns"]),
    ("[peat bogs](https://example.org/bog)", ["wanted: peat bogs"]),
    ("EEG. Moss. BERT", ["wanted: EEG, Moss, BERT"]),
    ("i. moss\nii. ferns", ["wanted: moss, ferns"]),
    ("peat%20bogs, fern+spores", ["wanted: peat bogs, fern spores"]),
    ("by Okafor", ["by: Okafor"]),
    ("von Neumann algebras", ["wanted: von Neumann algebras"]),
    ("image->text, moss→ferns", ["wanted: image text, moss ferns"]),
]

GROUPS = [
    ('Robots: grasping, "imitation learning"', ['group Robots: grasping, "imitation learning"']),
    ("Robots: grasping\nBogs: moss", ["group Robots: grasping,", "group Bogs: moss,"]),
    (
        "whales\nRobots: grasping -surgery, planning^2",
        ["wanted: whales", "group Robots: grasping, planning^2", "never: surgery"],
    ),
    (
        "Robots:\ngrasping\nplanning\n\nwhales",
        ["group Robots: grasping, planning", "wanted: whales"],
    ),
    (
        "- Robots: grasping, planning\n- Bogs: moss, peat",
        ["group Robots: grasping, planning", "group Bogs: moss, peat"],
    ),
    ("1. Robots: grasping, planning", ["group Robots: grasping, planning"]),
    ("**Robots**: grasping, planning", ["group Robots: grasping, planning"]),
    ("机器人：抓取，规划", ["group 机器人: 抓取, 规划"]),
    ("Robots: +video, author:Ada Okafor", ['group Robots: +video, author:"Ada Okafor"']),
    ("BERT: a study", ["wanted: BERT a study"]),
    ("Robots:", ["wanted: Robots"]),
]
SENTENCES = [
    ("papers about moss", ["wanted: moss"]),
    ("Recent papers on peat bogs, ferns", ["wanted: peat bogs, ferns"]),
    ("I am interested in moss", ["wanted: moss"]),
    ("I'm mostly interested in moss, ferns", ["wanted: moss, ferns"]),
    ("Please send me everything about moss", ["wanted: moss"]),
    ("I’d like to read more about moss", ["wanted: moss"]),
    ("new work in bryology", ["wanted: bryology"]),
    ("Ich interessiere mich für Moose", ["wanted: Moose"]),
    ("moss\narticles on ferns", ["wanted: moss, ferns"]),
    ("all papers by Ada Okafor, moss", ["by: Ada Okafor", "wanted: moss"]),
    ("research", ["wanted: research"]),
    ("work in progress", ["wanted: work in progress"]),
    ('"papers about moss"', ['wanted: "papers about moss"']),
]
MORE_SENTENCES = [
    ("I want papers about moss", ["wanted: moss"]),
    ("I’d love to see new work on peat bogs, ferns", ["wanted: peat bogs, ferns"]),
    ("We study moss", ["wanted: moss"]),
    ("I am a PhD student working on moss", ["wanted: moss"]),
    ("My research is on moss", ["wanted: moss"]),
    ("latest research on moss", ["wanted: moss"]),
    ("anything on moss", ["wanted: moss"]),
    ("Could you send me articles about moss, please?", ["wanted: moss"]),
    ("papers that discuss moss", ["wanted: moss"]),
    ("new moss papers", ["wanted: moss"]),
    ("I want moss papers. Thanks", ["wanted: moss"]),
    ("Looking for: moss", ["wanted: moss"]),
    ("call for papers", ["wanted: call for papers"]),
    ("Je m’intéresse aux mousses", ["wanted: mousses"]),
    ("Me interesan musgos", ["wanted: musgos"]),
    ("Tenho interesse em musgos", ["wanted: musgos"]),
    ("我对苔藓感兴趣", ["wanted: 苔藓"]),
    ("I want papers by Ada Lovelace", ["by: Ada Lovelace"]),
]
MARKDOWN = [
    ("**moss**, __ferns__", ["wanted: moss, ferns"]),
    ("* **peat bogs**\n* ferns", ["wanted: peat bogs, ferns"]),
    ("### Interests\n- moss\n- ferns", ["wanted: moss, ferns"]),
    ("My interests\n\n- moss\n- ferns", ["wanted: moss, ferns"]),
    ("# Bogs\n- moss\n- ferns", ["group Bogs: moss, ferns"]),
    ("$\\alpha$-stable moss", ["wanted: alpha-stable moss"]),
]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        *LISTS,
        *REFUSALS,
        *SENTENCES,
        *MORE_SENTENCES,
        *FROM_ELSEWHERE,
        *MARKDOWN,
        *NAMES,
        *PEOPLE_TYPE,
        *EXCLUSIONS,
        *QUERIES,
        *GROUPS,
    ],
)
def test_a_text_is_read_as_it_was_meant(text: str, means: list[str]) -> None:
    assert told(text) == means
    profile = parse(text)
    assert parse(to_text(profile)) == profile
    assert parse("\n".join(means)) == profile


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("2301.00001", 0, "one paper or page"),
        ("I like moss. I hate fern papers.", 13, "write -image"),
        ("moss, I don't care about ferns.", 6, "write -image"),
        ("I don’t want ferns. I want moss.", 0, "write -image"),
        ("I'm not interested in ferns, moss", 4, "write -image"),
        ("We are tired of ferns", 0, "write -image"),
        ("Ich hasse Farne, Moose", 0, "write -image"),
        ("Je ne veux pas de fougères, mousses", 0, "write -image"),
        ("No quiero helechos, musgo", 0, "write -image"),
        ("不喜欢苔藓。 我不想看蕨类", 7, "write -image"),
        ('"vision transformer" -transformer', 21, "both wanted and excluded"),
        ('moss, "wet moss growth" -"moss growth"', 24, "both wanted and excluded"),
        ("arXiv:2301.00001v2, moss", 0, "one paper or page"),
        ("moss, hep-th/9901001", 6, "one paper or page"),
        ("https://example.org/moss", 0, "one paper or page"),
        ("www.example.org", 0, "one paper or page"),
        ("doi:10.1000/moss.7", 0, "one paper or page"),
        ("PMID:12345678", 0, "one paper or page"),
        ("ada@example.org", 0, "an address"),
        ("moss, @ada", 6, "an address"),
        ("0000-0002-1825-0097", 0, "write author:"),
        ("the, of", 0, "nearly every paper"),
        ("IT", 0, "nearly every paper"),
        ("moss not ferns", 5, "write -image"),
        ("moss, not ferns", 6, "write -image"),
        ("moss excluding ferns", 5, "write -image"),
        ("moss, Not ferns", 6, "write -image"),
        ("no ferns, moss", 0, "write -image"),
        ("moss, without fern spores", 6, "write -image"),
        ("moss, Never ferns", 6, "write -image"),
        ("Moose, keine Farne", 7, "write -image"),
        ("!ferns, moss", 0, "write -image"),
        ("moss -ferns or lichens", 12, "each with its sign"),
        ("-fern spores", 12, "only excludes"),
        ("NOT moss", 8, "only excludes"),
        ("moss OR ferns AND bogs", 0, "put brackets"),
        ("(moss OR ferns", 0, "never closed"),
        ("moss AND", 5, "nothing follows AND"),
        ("AND moss", 0, "nothing stands before AND"),
        ("moss OR NOT ferns", 8, "side by side"),
        ("moss NOT (ferns AND fens)", 10, "write -this or -that"),
        ("moss AND bogs, whales", 0, "leave the AND out"),
        ("wom?n", 0, "write “wom?n” out"),
        ("behavio*r", 0, "write “behavio*r” out"),
        ("moss NEAR/3 bog", 5, "leave it out"),
        ("moss W/5 bog", 5, "leave it out"),
        ("moss near/3 bog", 5, "leave it out"),
        ("moss adj3 bog", 5, "leave it out"),
        ("moss AROUND(3) bog", 5, "leave it out"),
        ("moss since:2020", 5, "cannot be asked for"),
        ("𐆌WC:title:", 1, "cannot be asked for"),  # behind a sign that says nothing
        ("moss (venue:Bogs", 6, "cannot be asked for"),
        ("moss in:title", 5, "cannot be asked for"),
        ("allintitle: moss bog", 0, "cannot be asked for"),
        ("moss, but no ferns", 6, "write -image"),
        ("moss, don't send ferns", 6, "write -image"),
        ("moss~2", 4, "leave it out"),
        ("venue:Bogs moss", 0, "cannot be asked for"),
        ("id_list=2301.00001", 0, "one paper or page"),
        ('"peat bog"~5', 10, "leave the quotation marks out"),
        ("site:example.org moss", 0, "cannot be asked for"),
        ("moss filetype:pdf", 5, "cannot be asked for"),
        ("source:Nature moss", 0, "cannot be asked for"),
        ("moss AND review[pt]", 15, "cannot be asked for"),
        ("TITLE(moss) AND PUBYEAR > 2019", 16, "cannot be asked for"),
        ("PY=2024", 0, "cannot be asked for"),
        ("Okafor, A.", 0, 'author:"A. Okafor"'),
        ("moss:2", 0, "moss^2"),
        ("1.mosses", 0, "a space after the number"),
        ("moss ^ 2", 5, "after ^ comes a number"),
        ("^2 moss", 0, "nothing before it"),
        ('{"keywords": ["moss"]}', 0, "JSON"),
        ("🌿", 0, "no letter or digit"),
        ("- ferns", 0, "a dash alone"),
        ("papers on audio without speech", 16, "write -image"),
        ("audio other than speech", 6, "write -image"),
        ("audio apart from speech", 6, "write -image"),
        ("audio but no speech", 6, "write -image"),
        ("audio, except speech", 7, "write -image"),
        ("anything but ferns", 9, "write -image"),
        ("moss, ! ferns", 6, "write -image"),
        ("Moose, außer Farne", 7, "write -image"),
        ("mousses sauf fougères", 8, "write -image"),
        ("musgos excepto helechos", 7, "write -image"),
        ("musgos exceto fetos", 7, "write -image"),
        ("苔藓，不要蕨类", 3, "write -image"),
        ('["moss", "ferns", "-image"]', 19, "does nothing within quotation marks"),
        ("['moss', \"+ferns\"]", 10, "does nothing within quotation marks"),
        ('"moss^2"', 5, "does nothing within quotation marks"),
        ('"author:Ada Okafor"', 1, "does nothing within quotation marks"),
        ('[{"name": "moss"}]', 1, "JSON"),
        ("#1 AND #2", 0, "line of another search"),
        ("S1 OR S2", 0, "line of another search"),
        ("moss AND #3", 9, "line of another search"),
        ("1 and 2", 0, "line of another search"),
        ("or/1-3", 0, "line of another search"),
        ("*formers", 0, "stands for letters"),
        ("p < 0.05", 0, "compares nothing"),
        (">100 mosses", 0, "compares nothing"),
        ("moss, n>100", 6, "compares nothing"),
        ("moss 2020-2024", 5, "years cannot be asked for"),
        ("2019..2023", 0, "years cannot be asked for"),
        ("moss since 2020", 5, "years cannot be asked for"),
        ("moss, 2024", 6, "years cannot be asked for"),
        ("moss in the last 5 years", 5, "years cannot be asked for"),
        ("~~ferns~~ moss", 0, "write -image"),
        ("moss ~ferns", 5, "leave it out"),
        ("moss (high priority), ferns (low priority)", 5, "a weight is written"),
        ("ferns, moss (x2)", 12, "a weight is written"),
        ("moss ×3", 5, "a weight is written"),
        ("at least 2 of: moss, ferns, bogs", 0, "write the keywords alone"),
        ("Okafor, A.; Lindqvist, B. C.", 0, 'author:"A. Okafor"'),
        ("machine NEAR/3 learning", 8, "leave it out"),
        ('("Federated Learning" ADJ2 Health)', 22, "leave it out"),
        ("moss filetype:pdf", 5, "cannot be asked for"),
        ("PUBYEAR > 2019 AND moss", 0, "cannot be asked for"),
        ("neuro*, moss", 0, "stands for letters"),
        ("bio*", 0, "stands for letters"),
        ("hasabstract AND moss", 0, "read as a word"),
        ("DO=10.1000/moss", 0, "one paper or page"),
        ("((moss) WN TI)", 8, "read as a word"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_write(text: str, place: int, says: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse(text)
    assert caught.value.problems[0].position == place
    assert says in caught.value.problems[0].reason


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("robotics -medical imaging", 'write -"medical imaging"'),
        ("+deep learning", 'write +"deep learning"'),
        ("title:peat bogs", 'write title:"peat bogs"'),
        ("moss*", "read as “moss”"),
        ("NLP/CV", "read as NLP, CV"),
        ("Robots: grasping", "for a group"),
        ("Y. Okafor", 'author:"Y. Okafor"'),
        ("cat:cs.LG", "keywords that a source gives"),
        ("moss[mesh]", "no subject headings"),
        ("<b>moss</b>", "HTML"),
        ("moss, etc.", "left out"),
        ("papers about moss", "“papers about” was left out"),
        ("moss, the", "nearly every paper"),
        ("audio without speech", "write -image"),
        ("audio w/o speech", "write -image"),
        ("audio (no speech)", "write -image"),
        ("Ton ohne Sprache", "write -image"),
        ("less moss, ferns", "write -image"),
        ("spare moss for our garden", "like all other words"),
        ("papers from Kew", "like all other words"),
        ("cs.LG", "keywords that a source gives"),
        ("moss and ferns", "one item"),
        ("both moss und ferns", "one item"),
        ("lichens, moss growth and ferns", "“moss growth and ferns” is one item"),
        ("Geoffrey E. Okafor", 'author:"Geoffrey E. Okafor"'),
        ("Yann McOkafor", 'author:"Yann McOkafor"'),
        ("Okafor et al.", 'author:"Okafor"'),
        ("TI=moss$", "read as “moss”"),
        ("XY=moss", "read as a word"),
        ("habitat:moss", "read as a word"),
        ("TI moss AND AB fern", "read as a word"),
        ('"moss, ferns"', "comma and all"),
        ('"moss AND ferns"', "does nothing within quotation marks"),
        ("L^2 norm", "counts a letter for more"),
        ("author:Okafor, Somerville", 'author:"Somerville"'),
        ("Papers by Ada Okafor or Mary Somerville", 'author:"Mary Somerville"'),
        ("self- and semi-supervised moss", "“self-” is no word"),
        ("semi-, self- and unsupervised moss", "is one item"),
        ("peat bog -bog", "“-bog” also keeps out the papers for “peat bog”"),
        ("graph neural networks, -graph", "“-graph” also keeps out"),
    ],
)
def test_what_could_be_meant_otherwise_is_remarked(text: str, says: str) -> None:
    assert [remark for remark in read_profile(text).remarks if says in remark]


def test_a_query_that_asks_for_what_is_not_here_is_told_once() -> None:
    for text in ('TITLE-ABS-KEY(moss*) AND LIMIT-TO(SUBJAREA, "COMP")', "moss, NOT: ferns"):
        assert len(read_profile(text).problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        "learning with labels",
        "not-for-profit moss", "never-ending learning",
        "I/O automata", "sparse coding and dictionary learning", "ImageNet 2012", "I/O",
        "type I error", "US elections", "10-20 system", "2048", "AB testing", "SO(3) equivariance",
        "bar charts", "no-reference image quality", "C++ libraries", "Fe2+ binding", "1:1 maps",
        "any-to-any translation", "anything goes", '"learning without forgetting"', "H2O+CO2",
        "call for papers", "von Neumann algebras", "progress in moss", "Topics",
    ],
)  # fmt: skip
def test_what_only_looks_like_more_is_left_alone(text: str) -> None:
    reading = read_profile(text)
    assert (reading.problems, reading.remarks) == ((), ())
    assert [item.text for item in reading.profile.wanted] == [text.strip('"')]


@pytest.mark.parametrize(
    "text",
    [
        "moss, speech -audio",
        "C++, zero-shot",
        "“a b”, x^2",
        "author:Okafor, moss",
        "peat bog -cranberry",
        "R^2, moss",
        '"wet moss" -"moss growth"',
    ],
)
def test_the_plain_grammar_needs_no_remark(text: str) -> None:
    assert read_profile(text).remarks == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2301.00001, moss", [("2301.00001",), ("moss",)]),
        ("moss not ferns", [("moss", "not", "ferns")]),
        ("no free lunch", [("no", "free", "lunch")]),
        ("-audio speech", [("speech",)]),
        ("the", [("the",)]),
        ("moss AND bogs, whales", [("moss",), ("bogs",), ("whales",)]),
    ],
)
def test_what_was_stored_goes_on_even_where_it_would_be_refused_now(
    text: str, words: list[tuple[str, ...]]
) -> None:
    assert [item.words for item in parse_stored(text).wanted] == words
    with pytest.raises(ProfileError):
        parse(text)


def test_what_was_never_a_profile_is_none_when_stored_either() -> None:
    with pytest.raises(ProfileError):
        parse_stored("-audio")


_plain_words = st.sampled_from(
    ["moss", "ferns", "peat-bog", "a", "or", "not", "no", "and", "the", "except", "etc", "by"]
)
_plain_items = st.lists(_plain_words, min_size=1, max_size=4).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(_plain_items, min_size=1, max_size=6).map(", ".join))
def test_a_list_of_plain_words_is_read_item_by_item_as_it_is_as_a_whole(text: str) -> None:
    as_a_whole = read_profile(text).profile
    assume(as_a_whole.wanted)
    assert parse_stored(text) == as_a_whole


_pieces = st.one_of(
    st.sampled_from(
        [
            "moss",
            "peat bog",
            "ferns",
            " AND ",
            " OR ",
            " NOT ",
            "(",
            ")",
            '"',
            "-",
            "+",
            ",",
            ";",
            "\n",
            " ",
            " ",
            "^2",
            "[tiab]",
            "[au]",
            "author:",
            "au:",
            "cat:",
            "Robots: ",
            "never: ",
            "must: ",
            "by: ",
            "keywords: ",
            "1. ",
            "2. ",
            "• ",
            "* ",
            "#Tag",
            "NLP/CV",
            "x*",
            "or",
            "not",
            "TITLE(",
            "TS=(",
            "'",
            "Ada Okafor",
            "Okafor, A.",
            ".NET",
            "α",
            "<b>",
            "|",
            "~5",
        ]
    ),
    st.text(max_size=3),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_pieces, max_size=12).map("".join))
def test_no_text_crashes_and_what_is_shown_is_what_was_read(text: str) -> None:
    reading = read_profile(text)
    for problem in reading.problems:
        assert problem.character == text[problem.position : problem.position + 1]
    for line in understood(reading.profile):
        assert str(line)
    if reading.profile.wanted:
        parse_stored(text)


_words = st.sampled_from(["moss", "peat bog", "ferns", "zero-shot", "C++", "GPT-4", "α-helix"])
_item = st.tuples(
    st.sampled_from(["", "", "", "-", "+", "title:", "author:"]),
    st.booleans(),
    _words,
    st.sampled_from(["", "", "^2"]),
).map(
    lambda made: (
        f'{made[0]}"{made[2]}"' if made[1] else f"{made[0]}{made[2]}" + made[3] * (made[0] != "-")
    )
)
_line = st.tuples(
    st.sampled_from(["", "", "Robots: ", "Far bogs: ", "by: ", "must: "]),
    st.lists(_item, min_size=1, max_size=4),
).map(lambda made: made[0] + ", ".join(made[1]))
_clause = st.lists(_words, min_size=1, max_size=3).map(lambda words: f"({' OR '.join(words)})")
_query = st.lists(_clause, min_size=1, max_size=3).map(" AND ".join)


@settings(max_examples=300, deadline=None)
@example("peat bog\nmust: peat bog")
@given(st.one_of(st.lists(_line, min_size=1, max_size=4).map("\n".join), _query))
def test_what_is_shown_reads_as_the_same_profile(text: str) -> None:
    reading = read_profile(text)
    if reading.problems:
        return
    profile = reading.profile
    assert parse(to_text(profile)) == profile
    assert parse("\n".join(map(str, understood(profile)))) == profile


@pytest.mark.shared
def test_what_authors_and_indexers_call_their_subjects_is_one_item_each(shared: Path) -> None:
    for folder in ("inspec", "colm", "iclr21"):
        for line in (shared / "ranking" / folder / "keywords.jsonl").read_text().splitlines():
            text = json.loads(line)["text"]
            reading = read_profile(text)
            assert (reading.problems, reading.remarks) == ((), ()), text
            assert [item.text for item in reading.profile.wanted] == [parse(text).wanted[0].text]
            assert len(reading.profile.wanted[0].words) >= len(text.split()) - text.count(" / ")


def _seconds(text: str) -> float:
    started = time.process_time()
    read_profile(text)
    return time.process_time() - started


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a",
            "é",
            "ก",
            "中",
            "的",
            "感兴趣",
            "关于",
            "的论文",
            "ﷺ",
            "e\u0301",
            "a.",
            "a.é",
            "的$",
        ),
        *(" ", "\t", "  \r", "\t\u00a0", " ,", "\t</b>", "<b>", "b>", "<x ", "&lt;b&gt;", "** a"),
        *(" please", "new ", "new a.", "I want ", ". papers", "by A", "never: ", "; a: ", "• "),
        *('"', "(", ")", "a OR ", "NEAR/3 ", "i) ", "a) ", "^2", "$\\a$", "# ", "\n)", "],"),
    ],
)
def test_reading_takes_time_by_length_and_not_by_its_square(unit: str) -> None:
    # Anybody may send this to a preview. What is quadratic takes 16 times as long for 4 times as
    # much; what takes no time at all may do what it likes.
    for within in ("{}", "moss {} moss"):
        text = within.format(unit * (1900 // len(unit)))
        long = min(_seconds(text) for _ in range(3))
        if long > 0.05:
            short = min(_seconds(within.format(unit * (475 // len(unit)))) for _ in range(3))
            assert long < 10 * short, f"{1000 * long:.0f} ms"
