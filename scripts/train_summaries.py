"""Make digest/summarising/data/weights.json anew from SciTLDR's train split (Apache-2.0).

    python scripts/train_summaries.py train.jsonl    # needs digest[lab]; a minute

Lines are {"source": [sentences], "title", "target": [summaries]}. Two ridge regressions
(scikit-learn): how much better a sentence answers the writers' summaries than its abstract's mean,
and how much better it does without its front. Both solved exactly: the same file each time.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import Ridge

from digest.ranking.sentences import sentences
from digest.summarising.features import MARKS, features_of, ours
from digest.summarising.lab import LabPaper, best_rouge, read_lab_papers
from digest.summarising.model import UNIT, WEIGHTS
from digest.summarising.sentence_fronts import front_features, fronts

# By four-fold cross-validation on the same file.
SENTENCE_ALPHA, FRONT_ALPHA = 50.0, 30.0
WORD_LEAST, MARK_LEAST = 100, 5  # how often a feature must occur to get a weight
ORIGIN = "Learned from SciTLDR's train split (allenai/scitldr, Apache-2.0; Cachola et al. 2020)"


def main() -> None:
    """Read the papers, train both models, write the weights."""
    parser = argparse.ArgumentParser(description="Make the weights of the summaries anew.")
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--to", type=Path, default=WEIGHTS)
    chosen = parser.parse_args()
    papers = read_lab_papers(chosen.path)
    weights = trained(papers)
    data = {"origin": ORIGIN, "papers": len(papers), **weights}
    chosen.to.write_text(json.dumps(data, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{chosen.to}: {', '.join(f'{len(w)} {name}' for name, w in weights.items())}")


def trained(papers: Sequence[LabPaper]) -> dict[str, dict[str, int]]:
    """Return the weights of both models."""
    features: list[set[str]] = []
    gains: list[float] = []
    front_sets: list[set[str]] = []
    front_gains: list[float] = []
    for paper in papers:
        texts = [paper.abstract[a:b] for a, b in sentences(paper.abstract)]
        worth = [_worth(text, paper.targets) for text in texts]
        lower = [text.lower() for text in texts]
        for words, marks in features_of(
            lower, paper.title, range(len(lower)), ours(lower, len(lower))
        ):
            features.append({*words, *(MARKS[at] for at in marks)})
        gains += list(np.array(worth) - np.mean(worth))
        for place in np.argsort(worth, kind="stable")[::-1][:3]:
            for at in fronts(texts[place]):
                front_sets.append(front_features(texts[place], at))
                front_gains.append(_worth(texts[place][at:], paper.targets) - worth[place])
    return {
        "sentences": _ridge(features, gains, SENTENCE_ALPHA, WORD_LEAST),
        "fronts": _ridge(front_sets, front_gains, FRONT_ALPHA, MARK_LEAST),
    }


def _worth(text: str, targets: Sequence[str]) -> float:
    """Return the mean of ROUGE-1 and ROUGE-L against the nearest summary."""
    rouge = best_rouge(text, targets)
    return (rouge.rouge1 + rouge.rougeL) / 2


def _ridge(
    sets: Sequence[set[str]], values: Iterable[float], alpha: float, word_least: int
) -> dict[str, int]:
    """Return the weight of each feature that occurs often enough, in units of the model."""
    often = Counter(name for each in sets for name in each)
    kept = {n for n, k in often.items() if k >= (MARK_LEAST if ":" in n else word_least)}
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([dict.fromkeys(each & kept, 1.0) for each in sets])
    model = Ridge(alpha=alpha, fit_intercept=False, solver="cholesky")
    model.fit(matrix.toarray(), list(values))
    names = vectorizer.get_feature_names_out()
    return {str(n): round(UNIT * float(w)) for n, w in zip(names, model.coef_, strict=True)}


if __name__ == "__main__":
    main()
