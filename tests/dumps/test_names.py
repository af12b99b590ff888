"""Lines of authors, as sources write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.dumps.bibliographic_record import initials_first
from digest.dumps.names import given_first, names_of_fields, separate_names, split_names


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ("", []),
        ("Ann Moss", ["Ann Moss"]),
        ("Moss, Ann", ["Ann Moss"]),
        ("Moss, Ann Bea", ["Ann Bea Moss"]),
        ("Moss, A.", ["A. Moss"]),
        ("Ann Moss, Bo Li", ["Ann Moss", "Bo Li"]),
        ("Carla Fernandez, Jun Wu", ["Carla Fernandez", "Jun Wu"]),
        ("Ann Moss, Bo Li, Cy Fern", ["Ann Moss", "Bo Li", "Cy Fern"]),
        ("Ann Moss, Bo Li and Cy Fern", ["Ann Moss", "Bo Li", "Cy Fern"]),
        ("Ann Moss, Bo Li, and Cy Fern", ["Ann Moss", "Bo Li", "Cy Fern"]),
        ("Ann Moss & Bo Li", ["Ann Moss", "Bo Li"]),
        ("Ann Moss und Bo Li", ["Ann Moss", "Bo Li"]),
        ("Moss, A., Li, B. C.", ["A. Moss", "B. C. Li"]),
        ("Moss, A., Li, B., & Fern, C.", ["A. Moss", "B. Li", "C. Fern"]),
        ("Moss, Ann, Li, Bo", ["Ann Moss", "Bo Li"]),
        ("Moss, J.-P., Li, Yu. V.", ["J.-P. Moss", "Yu. V. Li"]),
        ("Kirk Moss, AB, Li, C", ["AB Kirk Moss", "C Li"]),
        ("van der Berg, Jan, Li, Bo", ["Jan van der Berg", "Bo Li"]),
        ("Moss A, Li BC, Fern D", ["Moss A", "Li BC", "Fern D"]),
        ("Ann Moss; Bo Li", ["Ann Moss", "Bo Li"]),
        ("Ann Moss;Bo Li;", ["Ann Moss", "Bo Li"]),
        ("Ann (1) Moss; Bo (1,2) Li", ["Ann Moss", "Bo Li"]),
        ("Moss, Ann (1); Li, Bo (12)", ["Ann Moss", "Bo Li"]),
        ("Ann Moss (1), Bo Li (1, 2)", ["Ann Moss", "Bo Li"]),
        ("Ann (Annie) Moss; Bo (3D) Li", ["Ann (Annie) Moss", "Bo (3D) Li"]),
        ("Ann Moss|Bo Li", ["Ann Moss", "Bo Li"]),
        ("Moss, Ann; Li, Bo; and Fern, Cy", ["Ann Moss", "Bo Li", "Cy Fern"]),
        ("García Márquez, Gabriel José; Li, Bo", ["Gabriel José García Márquez", "Bo Li"]),
        ("Moss, Ann and Li, Bo", ["Ann Moss", "Bo Li"]),
        ("Moss, Ann AND Li, Bo", ["Ann Moss", "Bo Li"]),
        ("Moss, Ann and", ["Ann Moss"]),
        ("and Moss, Ann and and Li, Bo", ["Ann Moss", "Bo Li"]),
        ("de Freitas, Nando and Cy Fern", ["Nando de Freitas", "Cy Fern"]),
        ("Kirk Moss, Ann Bea and Li, Bo", ["Ann Bea Kirk Moss", "Bo Li"]),
        ("Kirk Moss, Ann Bea and Bo Li and Cy Fern", ["Ann Bea Kirk Moss", "Bo Li", "Cy Fern"]),
        ("Moss, Ann and others", ["Ann Moss"]),
        ("Ann Moss, Bo Li, et al.", ["Ann Moss", "Bo Li"]),
        ("Ann Moss et al", ["Ann Moss"]),
        ("{Barnes and Noble} and Li, Bo", ["{Barnes and Noble}", "Bo Li"]),
        ("{The {A, B; C} Group}", ["{The {A, B; C} Group}"]),
        ("Ann Moss (MIT, Cambridge), Bo Li (CERN)", ["Ann Moss (MIT, Cambridge)", "Bo Li (CERN)"]),
        ("Ann Moss, Jr., Bo Li", ["Ann Moss, Jr.", "Bo Li"]),
        ("Ann Moss, Jr.", ["Ann Moss, Jr."]),
        ("Moss, Jr., Ann", ["Ann Moss Jr."]),
        ("Moss, Ann, III", ["Ann Moss III"]),
        ("Ann Moss1,2, Bo Li3", ["Ann Moss", "Bo Li"]),
        ("Ann Moss*, Bo Li†, Cy Fern‡§", ["Ann Moss", "Bo Li", "Cy Fern"]),
        ("Ann Moss¹, Bo Li²,³", ["Ann Moss", "Bo Li"]),
        ("Moss*, Ann and Li, Bo", ["Ann Moss", "Bo Li"]),
        ("The Pots3 team, Bo Li", ["The Pots3 team", "Bo Li"]),
        ("Moss, A.B., ann@moss.example", ["A.B. Moss"]),
        ("Ann Moss <ann@moss.example>, Bo Li (bo@li.example)", ["Ann Moss", "Bo Li"]),
        ("Ann Moss (0000-0002-1825-0097), Bo Li", ["Ann Moss", "Bo Li"]),
        ("Ann Moss, MD, PhD, Bo Li, M.Sc.", ["Ann Moss", "Bo Li"]),
        ("Moss, MD", ["MD Moss"]),
        ("Moss, Jr., Ann B.", ["Ann B. Moss Jr."]),
        ("Moss, Ann Jr.", ["Ann Moss Jr."]),
        ("Ann Moss III, Bo Li", ["Ann Moss III", "Bo Li"]),
        ("van der Berg J, de la Cruz E", ["van der Berg J", "de la Cruz E"]),
        ("Vincent van Moss, Paul de la Cruz", ["Vincent van Moss", "Paul de la Cruz"]),
        ("Agüera y Arcas, Blaise", ["Blaise Agüera y Arcas"]),
        ("O'Moss, Pat; d'Li, Jean", ["Pat O'Moss", "Jean d'Li"]),
        ("Moss AB", ["Moss AB"]),
        ("AB Moss", ["AB Moss"]),
        ("Ann Moss et al., and others", ["Ann Moss"]),
        ("Kim, Min-jun, Lee, Ji-woo", ["Min-jun Kim", "Ji-woo Lee"]),
        ("张三，李四", ["张三", "李四"]),
        ("张, 三", ["张三"]),
        ("김철수, 이영희", ["김철수", "이영희"]),
        ("佐藤 健, 鈴木 一郎", ["佐藤 健", "鈴木 一郎"]),
        ("Sandra Anderson, Andrew Sands", ["Sandra Anderson", "Andrew Sands"]),
        ("李伯、王安", ["李伯", "王安"]),
        ("AT&T Research", ["AT&T Research"]),
        ("Moss, Ann,", ["Ann Moss"]),
        ("Bo Li 0001, Ann Moss 0002", ["Bo Li", "Ann Moss"]),  # DBLP's numbers
        ("Ann Moss (Oslo), Bo Li (MIT)", ["Ann Moss (Oslo)", "Bo Li (MIT)"]),
    ],
)
def test_a_line_of_names_is_split(told: str, names: list[str]) -> None:
    assert split_names(told) == names


@pytest.mark.parametrize(
    ("told", "inverted", "names"),
    [
        ("Madonna, Bo Li", False, ["Madonna", "Bo Li"]),
        ("Moss, Ann, Li, Bo", False, ["Moss", "Ann", "Li", "Bo"]),
        ("García Márquez, Gabriel José", True, ["Gabriel José García Márquez"]),
        ("García Márquez, Gabriel José", None, ["García Márquez", "Gabriel José"]),
        ("Ann Moss, Bo Li, Cy Fern", True, ["Ann Moss", "Bo Li", "Cy Fern"]),
        ("A. Moss, B. Li and C. Fern", True, ["A. Moss", "B. Li", "C. Fern"]),
        ("Moss A, Li B", True, ["Moss A", "Li B"]),
        ("Ann Moss, PhD", True, ["Ann Moss"]),
        ("Kirk Moss, MD", True, ["MD Kirk Moss"]),  # a family of two words, and initials
        ("Ann Moss (Oslo), Bo Li (MIT)", True, ["Ann Moss (Oslo)", "Bo Li (MIT)"]),
        ("王小明, 李波", True, ["王小明", "李波"]),
    ],
)
def test_a_source_may_tell_how_it_writes_names(
    told: str, inverted: bool | None, names: list[str]
) -> None:
    assert split_names(told, inverted=inverted) == names


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (["Moss, Ann", "Kirk Li, Bo Cy"], ["Ann Moss", "Bo Cy Kirk Li"]),
        (["García Márquez, Gabriel José"], ["Gabriel José García Márquez"]),
        (["Smith Jones, Anna Maria"], ["Anna Maria Smith Jones"]),
        (["De la Cruz, Maria Elena"], ["Maria Elena De la Cruz"]),
        (["Martin Thomas, Jean Paul"], ["Jean Paul Martin Thomas"]),
        (["Ann Moss, Bo Li"], ["Ann Moss", "Bo Li"]),
        (["Ann B. Moss, Anna Maria Reed"], ["Ann B. Moss", "Anna Maria Reed"]),
        (["Xiaoming Zhang, Minh Nguyen"], ["Xiaoming Zhang", "Minh Nguyen"]),
        (["Ann Moss", "Bo Li, Cy Fern"], ["Ann Moss", "Bo Li", "Cy Fern"]),
        (["Pond Group", "Kirk Li, Bo", "Moss, A."], ["Pond Group", "Bo Kirk Li", "A. Moss"]),
        (["Moss, Ann; Li, Bo"], ["Ann Moss", "Bo Li"]),
        ([], []),
    ],
)  # fmt: skip
def test_fields_hold_one_name_each_unless_they_show_others(
    fields: list[str], names: list[str]
) -> None:
    assert names_of_fields(fields) == names


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Moss A", "A. Moss"),
        ("Moss AB", "A. B. Moss"),
        ("Moss A B", "A. B. Moss"),
        ("Moss A.-B.", "A. B. Moss"),
        ("van der Berg J", "J. van der Berg"),
        ("Moss AB Jr", "A. B. Moss Jr"),
        ("Ann Moss", "Ann Moss"),
        ("AB Moss", "AB Moss"),
        ("Ann Moss III", "Ann Moss III"),
        ("Kettle AI", "Kettle AI"),
        ("Moss Aǀ", "Moss Aǀ"),  # a click: a letter without case
        ("鈴木 一郎", "鈴木 一郎"),
    ],
)
def test_initials_behind_a_name_go_before_it(told: str, name: str) -> None:
    assert initials_first(told) == name


def test_names_may_stay_as_they_are_written() -> None:
    assert separate_names("Moss, Ann and de la Cruz, Eva") == ["Moss, Ann", "de la Cruz, Eva"]
    assert given_first("de la Cruz, Eva") == "Eva de la Cruz"


@given(st.text(alphabet="Ab., ;&{}()and", max_size=60), st.sampled_from([None, True, False]))
def test_no_line_of_names_fails_or_gives_an_empty_name(told: str, inverted: bool | None) -> None:
    assert all(name.strip() for name in split_names(told, inverted=inverted))
