"""Addresses whose domain is one letter away from one that half of all people have. Pure."""

from __future__ import annotations

from rapidfuzz.distance import OSA

# Where most mailboxes are, by country; a domain of these is never taken for a typo of another.
_COMMON = (
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com"),
    *("yahoo.com", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "proton.me"),
    *("protonmail.com", "fastmail.com", "zoho.com", "hey.com", "mail.com", "mail.ru", "yandex.ru"),
    *("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "posteo.de"),
    *("mailbox.org", "outlook.de", "hotmail.de", "yahoo.de", "live.de", "bluewin.ch"),
    *("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "hotmail.fr", "outlook.fr"),
    *("yahoo.fr", "live.fr", "hotmail.es", "outlook.es", "yahoo.es", "telefonica.net"),
    *("hotmail.co.uk", "yahoo.co.uk", "outlook.co.uk", "live.co.uk", "btinternet.com"),
    *("uol.com.br", "bol.com.br", "terra.com.br", "hotmail.com.br", "yahoo.com.br", "sapo.pt"),
    *("qq.com", "163.com", "126.com", "sina.com", "foxmail.com", "yeah.net", "aliyun.com"),
    *("naver.com", "hanmail.net", "yahoo.co.jp", "docomo.ne.jp", "libero.it", "hotmail.it"),
    *("gmx.com", "gmx.fr", "gmx.es", "email.com", "rediffmail.com", "seznam.cz", "wp.pl", "o2.pl"),
)
_SHORTEST = 7  # characters: one letter makes another of shorter ones too easily


def likely_typo(address: str) -> str:
    """Return an address with the domain that was probably meant; '' when it looks right.

    What was typed differs from it in one letter, or in two that changed places (optimal string
    alignment), as "gmial.com" and "gmail.con" do.
    """
    local, _, domain = address.rpartition("@")
    if domain in _COMMON or len(domain) < _SHORTEST:
        return ""
    near = [each for each in _COMMON if OSA.distance(domain, each, score_cutoff=1) == 1]
    return f"{local}@{near[0]}" if near else ""
