"""A machine's summary is believed in its numbers and names only where the abstract has them."""

from __future__ import annotations

import pytest

from digest.summarising.stated import stated_in

ABSTRACT = (
    "We present ShellNet, a model of 1,200 shells from three beaches. With LoRA it beats GPT-4 by "
    "20 % on BeachBench, in 2.50 hours. Large language models (LLMs) of Moth's kind lose."
)
SAID = [
    "ShellNet beats GPT-4 by 20% on BeachBench.",
    "A new model, ShellNet, sorts 1200 shells.",
    "Researchers sort shells from 3 beaches using LoRA.",
    "An LLM of Moth loses in 2.5 hours.",
    "Using LoRA, shells are sorted better than before.",
    "The model works; it is small.",
]
INVENTED = [
    "ShellNet beats GPT-5 by 20%.",
    "ShellNet beats GPT-4 by 25%.",
    "ShellNet sorts 12,000 shells.",
    "ShellNet needs 1,200% more time.",
    "ShellNet beats Claude on BeachBench.",
    "ShellNet sorts shells of four beaches.",
    "PebbleNet sorts shells.",
    "Pebbla, a model, sorts shells.",
    "It takes 25.0 hours.",
]


@pytest.mark.parametrize("summary", SAID)
def test_what_stands_in_the_abstract_is_believed(summary: str) -> None:
    assert stated_in(summary, ABSTRACT)


@pytest.mark.parametrize("summary", INVENTED)
def test_what_the_abstract_lacks_is_not(summary: str) -> None:
    assert not stated_in(summary, ABSTRACT)
