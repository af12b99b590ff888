"""What a heading before a colon says of all that follows it, in the words that people use. Pure."""

from __future__ import annotations

import re
from typing import Literal

Said = Literal["nothing", "never", "must", "author", "org"]

_NOTHING = """
author keywords|
keywords and phrases|all fields|any field|anywhere|include|interested in|looking for|
keywords|keyword|key words|my keywords|index terms|search terms|topics|topic|my topics|interests|
interest|my interests|research interests|my research interests|research topics|areas|
areas of interest|tags|subjects|fields|wants|wanted|any of|one of|
papers|articles|papers on|papers about|
stichwörter|stichworte|schlüsselwörter|schlagwörter|suchbegriffe|themen|
interessen|forschungsinteressen|gesucht|mots-clés|
mots clés|sujets|thèmes|recherché|palabras clave|temas|intereses|buscado|
palavras-chave|assuntos|interesses|procurado|关键词|关键字|主题|想看|キーワード|ключевые слова
"""
_NEVER = """
never|none of|not|no|exclude|excluded|excluding|exclusions|without|except|not interested in|nie|
niemals|nicht|ohne|ausschließen|ausgeschlossen|kein|keine|
jamais|sans|sauf|exclure|exclu|nunca|sin|excepto|excluir|excluido|
sem|exceto|excluído|não|绝不|不看|不要|排除
"""
_MUST = """
must|all of|must have|must include|must contain|required|always|only|immer|muss|pflicht|nur|
unbedingt|
obligatoire|toujours|obligatorio|siempre|solo|sólo|obrigatório|sempre|só|必须|必需
"""
_BY = """
by|authors|people|researchers|autoren|autorinnen|autorinnen und autoren|von|
par|auteurs|autrices|por|autores|autoras|作者
"""
_FROM = """
from|affiliation|affiliations|institution|institutions|organisation|organisations|organization|
organizations|university|universities|hochschulen|einrichtungen|établissements|instituciones|
instituições|机构
"""
# A heading made of these alone, with one of the first at least, says `never`, too: `things that I
# do not want to see`, `negative keywords`, `out of scope`; `negative sampling` is a topic.
_REFUSING = """
not no never without except excluding exclude excluded exclusion exclusions avoid avoided ignore
ignored skip skipped hide hidden mute muted block blocked blocklist blacklist denylist stoplist
unwanted uninteresting uninterested uninterest disinterested dislike dislikes disliked hate hates
hated negative anti omit omitted remove removed forbidden banned out off don't dont
doesn't doesnt isn't aren't won't cannot can't less fewer irrelevant offtopic boring
nicht nie niemals ohne außer ausschluss ausschließen ausgeschlossen vermeiden ignorieren kein
keine keinen unerwünscht unerwünschte ungewollt uninteressant uninteressante
pas jamais sans sauf exclure exclus exclu éviter ignorer non indésirables indésirable
nunca sin excepto excluir excluidos evitar ignorar sem exceto excluídos não indesejados
"""
_BESIDE = """
i i'm im am we are is be to me my us our of in on at for from about with the a an and or any
all it its this that these those what which please do does want wants wanted wanting like likes
liked interest interests interested interesting care cares see seeing read reading show get
receive include included including relevant related scope topic topics thing things stuff word
words term terms keyword keywords key tag tags subject subjects field fields area areas paper
papers article articles list lists content items ever more up filter drop leave
ich mich mir will möchte wollen sehen lesen interessiert interessant gewünscht gewünschte
erwünscht gesucht an zu bitte von das die der themen thema stichwörter stichworte wörter begriffe
je ne n'ai veux souhaite souhaités voulu voulus intéressé intéressée par à les des de la le
mots clés sujets thèmes m'intéresse
me quiero deseo interesa interesan interesado deseados temas palabras clave los las el en
quero interessa interessam interessado desejados palavras chave assuntos os as o
"""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")
_LABELLED = (" keywords", " key words", " interests", " search terms")  # whose they are


def said_by(name: str) -> Said | None:
    """Return what a heading, case-folded and without its colon, says; None: it is a name."""
    if name in _NEVER_NAMES or _refuses(name):
        return "never"
    if name in _NOTHING_NAMES or name.endswith(_LABELLED):
        return "nothing"
    return _SAID.get(name)


def _refuses(name: str) -> bool:
    words = {word.replace("’", "'") for word in _WORD.findall(name)}
    return bool(words & _REFUSING_WORDS) and words <= _ALL_WORDS


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in text.split("|"))


_NOTHING_NAMES, _NEVER_NAMES = _names(_NOTHING), _names(_NEVER)
_SAID: dict[str, Said] = {
    **dict.fromkeys(_names(_MUST), "must"),
    **dict.fromkeys(_names(_BY), "author"),
    **dict.fromkeys(_names(_FROM), "org"),
}
_REFUSING_WORDS = frozenset(_REFUSING.casefold().split())
_ALL_WORDS = _REFUSING_WORDS | frozenset(_BESIDE.casefold().split())
