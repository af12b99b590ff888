"""Where a paper was published, as sources and authors say it."""

from __future__ import annotations

import pytest

from digest.dumps.venues import announced_in, published_in


@pytest.mark.parametrize(
    ("comment", "venue"),
    [
        ("Accepted at ICML 2026", "ICML 2026"),
        ("12 pages, 3 figures, accepted to ACL 2026 Findings", "ACL 2026 Findings"),
        ("Accepted for publication in Phys. Rev. Lett. 12 pages", "Phys. Rev. Lett"),
        ("Accepted by the Journal of Tests; 8 pages", "Journal of Tests"),
        ("Published as a conference paper at ICLR 2026. Code: https://example.org", "ICLR 2026"),
        ("To appear in Proceedings of Tests 2026", "Proceedings of Tests 2026"),
        ("Accepted at CVPR 2026 as highlight", "CVPR 2026"),
        ("CVPR 2026 (oral)", "CVPR 2026"),
        ("8 pages; camera-ready version for NeurIPS 2026", "NeurIPS 2026"),
        ("Submitted to ICML 2026", None),
        ("Under review, ICLR 2026", None),
        ("accepted by all referees", None),
        ("12 pages", None),
        ("", None),
    ],
)
def test_a_comment_may_announce_a_venue(comment: str, venue: str | None) -> None:
    assert announced_in(comment) == venue


@pytest.mark.parametrize(
    ("told", "venue"),
    [
        ("Journal of Tests", "Journal of Tests"),
        ("Arxiv Reviews in Tests", "Arxiv Reviews in Tests"),
        ("CoRR", None),
        ("arXiv preprint arXiv:2601.00001", None),
        ("arXiv:2601.00001 [cs.CL]", None),
        ("arXiv (Cornell University)", None),
        ("bioRxiv", None),
        ("ArXiv.org", None),
        (" ", None),
    ],
)
def test_a_preprint_server_is_no_venue(told: str, venue: str | None) -> None:
    assert published_in(told) == venue
