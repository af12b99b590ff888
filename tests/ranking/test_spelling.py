"""British and American spellings find each other, and different words stay apart."""

from __future__ import annotations

import pytest

from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.index import Index
from digest.ranking.text import stem
from subscribers.profile import parse

PAIRS = """
optimisation optimization, optimise optimize, behaviour behavior, behavioural behavioral,
colour color, coloured colored, modelling modeling, modelled modeled, labelled labeled,
unlabelled unlabeled, analyse analyze, analysing analyzing, centre center, fibre fiber,
nanometres nanometers, catalogue catalog, dialogues dialogs, defence defense, tumour tumor,
anaemia anemia, haemoglobin hemoglobin, leukaemia leukemia, paediatric pediatric,
oestrogen estrogen, anaesthesia anesthesia, foetal fetal, sulphur sulfur,
generalisation generalization, regularised regularized, tokeniser tokenizer, grey gray,
programme program, manoeuvre maneuver, neighbouring neighboring, polarised polarized,
randomised randomized, summarisation summarization, artefacts artifacts, judgement judgment,
ageing aging, licence license, archaeology archeology, diarrhoea diarrhea, signalling signaling,
visualising visualizing, parametrised parametrized, hydrolyse hydrolyze, α alpha, κB kappaB,
β1 beta1
"""
APART = """
four for, source sore, contour contort, precise prize, noise nose, our or, promise prom,
metre met, analogy analysis, tokenization token, tokenizer tokens, tokenised tokens,
generalization general, optimizer optimal, quantized quantum, relativity relation,
relativity relative, activity activation, generative generation, organizing organ,
 tyres tries, surprise supper, aerial area, fourier forger
"""
TOGETHER = """
tokenization tokenizers, tokenised tokenizing, generalizable generalization,
activity activities, summarizer summarisation,
supervised supervision, precise precision, revised revision, exercise exercises, analyses analyse,
advertise advertisement, pairwise pairwise, televised television
"""


def pairs(text: str) -> list[list[str]]:
    return [pair.split() for pair in text.split(",")]


@pytest.mark.parametrize(("one", "other"), pairs(PAIRS) + pairs(TOGETHER))
def test_two_spellings_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other) == stem(one.upper())


@pytest.mark.parametrize(("one", "other"), pairs(APART))
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_either_spelling_finds_both_and_the_reasons_mark_what_stands_there() -> None:
    papers = [
        Paper(1, "The colour of moss", "On behaviour."),
        Paper(2, "The color of ferns", "On behavior."),
        Paper(3, "An α-helix", ""),
        Paper(4, "Two alpha helices", ""),
        Paper(5, "Nets of .NET", ""),
    ]
    index = Index.build(papers, Background.of(papers))
    for text in ("colour", "color", "Behaviour", "behavioral behaviour"):
        assert set(index.rank([parse(text)])[0].papers) == {1, 2}, text
    assert set(index.rank([parse('"alpha helix"')])[0].papers) == {3}
    assert index.rank([parse(".NET")])[0].papers == (5,)
    for number, word in ((1, "colour"), (2, "color")):
        explanation = index.explain(parse("color"), number)
        (span,) = explanation.spans
        assert papers[number - 1].title[span.start : span.end] == word
        assert sum(each.gain for each in explanation.reasons) == pytest.approx(explanation.score)
