"""The small changes of a module that `scripts/mutants.py` tries, as code objects."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_UNTOUCHED = (ast.JoinedStr, ast.Assert, ast.Raise, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: which node becomes what."""

    line: int
    before: str
    after: str
    code: CodeType


class Mutations:
    """Finds every change of a module's source; compiles each while its node is replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tree = ast.parse(path.read_text(encoding="utf-8"))

    def __iter__(self) -> Iterator[Mutant]:
        yield from self._inside(self._tree)

    def _inside(self, node: ast.AST) -> Iterator[Mutant]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
                continue
            for at, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or _is_said(child):
                    continue
                for other in _changes(child):
                    place = (node, name, at if isinstance(value, list) else None)
                    yield self._replaced(place, child, other)
                yield from self._inside(child)

    def _replaced(
        self, place: tuple[ast.AST, str, int | None], child: ast.AST, other: ast.AST
    ) -> Mutant:
        node, name, at = place
        ast.copy_location(other, child)
        before, after = ast.unparse(child), ast.unparse(other)
        _put(node, name, at, other)
        code = compile(ast.fix_missing_locations(self._tree), str(self._path), "exec")
        _put(node, name, at, child)
        line = getattr(child, "lineno", getattr(node, "lineno", 1))
        return Mutant(line, before, after, code)


def _put(node: ast.AST, name: str, at: int | None, child: ast.AST) -> None:
    if at is None:
        setattr(node, name, child)
    else:
        getattr(node, name)[at] = child


def _is_said(node: ast.AST) -> bool:
    """Return whether nothing runs here: a docstring, a message, a type, a list of names."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Subscript(value=ast.Name(id="Literal")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return isinstance(node, _UNTOUCHED)


def _changes(node: ast.AST) -> Iterator[ast.AST]:  # noqa: PLR0912 - a table of kinds
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARED:
            yield ast.Compare(node.left, [_COMPARED[type(op)]()], node.comparators)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            if len(values) > 1:
                yield from (_less(node, "values", at) for at in range(len(values)))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=op) if type(op) in _COUNTED:
            yield ast.BinOp(node.left, _COUNTED[type(op)](), node.right)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if value:
            yield ast.Constant("mutant" + value)
        case ast.List() | ast.Tuple() | ast.Set() if isinstance(
            getattr(node, "ctx", ast.Load()), ast.Load
        ):
            if 1 < len(node.elts) < 40:
                yield from (_less(node, "elts", at) for at in range(len(node.elts)))
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
                yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.comprehension(ifs=[_, *_]):
            yield from (_less(node, "ifs", at) for at in range(len(node.ifs)))
        case ast.Call(func=ast.Name(id=name)) if name in _NAMED:
            yield ast.Call(ast.Name(_NAMED[name], ast.Load()), node.args, node.keywords)
        case ast.Call(keywords=[_, *_]):
            yield from (_less(node, "keywords", at) for at in range(len(node.keywords)))
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Break():
            yield ast.Pass()
        case ast.Return(value=ast.AST()) if not isinstance(node.value, ast.Constant):
            yield ast.Return(ast.Constant(None))


def _less(node: ast.AST, name: str, at: int) -> ast.AST:
    kept = list(getattr(node, name))
    del kept[at]
    if isinstance(node, ast.BoolOp) and len(kept) == 1:
        return ast.copy_location(kept[0], node)
    return _with(node, **{name: kept})


def _with(node: ast.AST, **changed: Any) -> ast.AST:
    return type(node)(**{**dict(ast.iter_fields(node)), **changed})
