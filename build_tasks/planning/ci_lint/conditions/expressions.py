"""Conditions of pipelines, before anybody knows the values: one form for three CI systems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Relation(Enum):
    """How two texts are compared."""

    EQUALS = "equals"
    STARTS = "starts with"
    ENDS = "ends with"
    CONTAINS = "contains"
    #: The right one is a regular expression, found anywhere in the left one.
    FOUND_BY = "is found by"


@dataclass(frozen=True)
class Constant:
    """A text, a truth value or, with None, nothing."""

    value: str | bool | None


@dataclass(frozen=True)
class Variable:
    """:param name: ``build.reason``, ``github.ref``, ``CI_COMMIT_BRANCH``; lower case but for GitLab's."""

    name: str


@dataclass(frozen=True)
class Regex:
    pattern: str
    flags: str = ""


@dataclass(frozen=True)
class Comparison:
    left: Expression
    relation: Relation
    right: Expression


@dataclass(frozen=True)
class Not:
    what: Expression


@dataclass(frozen=True)
class All:
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Unclear:
    """Something that only a run can tell, made of others."""

    parts: tuple[Expression, ...] = ()


Expression = Constant | Variable | Regex | Comparison | Not | All | AnyOf | Unclear


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Every comparison that an expression makes."""
    match expression:
        case Comparison(left, _, right):
            yield expression
            yield from comparisons(left)
            yield from comparisons(right)
        case Not(what):
            yield from comparisons(what)
        case All(parts) | AnyOf(parts) | Unclear(parts):
            for part in parts:
                yield from comparisons(part)
