"""Which way round a name of several words is written, where nothing but the words tells. Pure.

Only common names tell, of which few are both given and family names: what is not known stays
undecided.
"""

from __future__ import annotations

_GIVEN_NAMES = """
aaron abdul adam adrian agnes ahmed akira alain alan albert alessandro alex alexander alexandra
alexei ali alice alicia amanda amir amit amy ana anders andrea andreas andrew andrey andrzej
angela anita anja ann anna anne annika anton antonio arjun arun astrid barbara beatrice benjamin
bernd bernhard bjorn bo brian bruno camille carl carla carlos carmen carol caroline catherine
cecilia charlotte chiara christian christina christine christoph christopher claire claudia
claudio cristina dan daniel daniela david deborah deepak denis diana diego dimitri dirk dmitri
dmitry dominik donald dorothy eduardo edward elena elisabeth elizabeth emily emma enrico eric
erik erika esther eva evan federico felix fernando filippo francesca francesco franziska
frederic gabriel gabriela georg george gerhard giovanni giulia giuseppe gregory guillaume
gustavo hannah hans harald heike heinrich helen helena henrik hiroshi ian igor ingrid irene
isabel ivan jacques jan jane javier jean jennifer jens jessica joan joao joel johann johannes
john jonas jonathan jorge jose joseph joshua juan judith julia julian juliana julie jun jürgen
karen karin karl katarzyna kate katharina katherine kathleen kazuo keith kenji kevin klaus
krzysztof lars laura lena leonardo linda lisa lorenzo luca lucas lucia ludwig luigi luis luisa
maciej magdalena manuel marc marcel marcin marco marcus margaret maria marie marina mario marius
marta mary matteo matthew matthias maurizio max melanie michael michal michele miguel mikhail
mohamed mohammad mohammed monica muhammad nadia nancy natalia nathan nicholas nicolas nikita
nikolai nina noah olga oliver olivier oscar pablo paola paolo patricia patrick paul paula pavel
pedro peter philipp philippe pierre piotr priya rachel rafael rahul rajesh ralf raquel rebecca
ricardo richard robert roberto roland rosa rossella ruth ryan sam samuel sandra sanjay sara
sarah sean sebastian sergei sergey silvia simon sofia sophie stefan stefania stefano stephan
stephanie stephen steven sunil susan susanne sven sylvie takashi tatiana teresa theresa thomas
tim timothy tobias tom tomas tommaso ulrich ursula valentina valerie vera veronica victor
victoria viktor vincent vladimir walter werner william wolfgang xavier yuki yuri yves zoe
"""
_FAMILY_NAMES = """
bai cai cao chang chen cheng choi cui deng ding dong du fan fang feng fu gao gong guo han he hou
hsu hu huang hwang jia jiang jin jung kang kaur khan kim kumar lai lee lei li liang liao lin liu
lu luo lv ma meng mukherjee nguyen pan park patel peng pham qian qin reddy ren shao shen shi
shin singh song su sun tan tang tian tran tsai wan wang wei wong wu xiao xie xiong xu xue yadav
yan yang yao ye yin yu yuan zeng zhang zhao zheng zhong zhou zhu zou
"""

_GIVEN = frozenset(_GIVEN_NAMES.split())
_FAMILY = frozenset(_FAMILY_NAMES.split())


def is_given_first(name: str) -> bool:
    """Return whether a name of several words surely has its family name last: `Ann Moss`, `Bo Li`.

    Not so `García Márquez`, which is a family's, nor `Martin Thomas`, which may be either.
    """
    words = [word.strip(".").lower() for word in name.split()]
    if len(words) < 2:
        return False
    first, last = words[0], words[-1]
    if first in _GIVEN:
        return last not in _GIVEN
    return last in _FAMILY and first not in _FAMILY
