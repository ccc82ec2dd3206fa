"""What a condition comes to for a kind of run: yes, no, or that only the run can tell.

Much is known of a run before it is one: a pull request's ``github.ref`` is ``refs/pull/<number>/merge``. So a
value may be a language: some text of it, nobody knows which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from build_tasks.planning.ci_lint.conditions.expressions import (
    All,
    AnyOf,
    Comparison,
    Constant,
    Expression,
    Not,
    Regex,
    Relation,
    Unclear,
    Variable,
)
from build_tasks.planning.ci_lint.patterns.automaton import automaton
from build_tasks.planning.ci_lint.patterns.language import (
    ANYTHING,
    Chain,
    Chars,
    Choice,
    Language,
    Many,
    chain,
    literal,
)
from build_tasks.planning.ci_lint.patterns.regexes import search


@dataclass(frozen=True)
class Text:
    """Some text of a language."""

    language: Language


class Unknown:
    """Anything: a text, a truth value or nothing."""


UNKNOWN = Unknown()
Value = str | bool | Text | Unknown | None
#: Gives a variable's value by its name.
Lookup = Callable[[str], Value]


def holds(expression: Expression, known: Lookup) -> bool | None:
    """Whether a condition is true; None if only the run can tell."""
    match expression:
        case All(parts):
            return _all(parts, known)
        case AnyOf(parts):
            opposite = _all(tuple(Not(part) for part in parts), known)
            return None if opposite is None else not opposite
        case Not(what):
            found = holds(what, known)
            return None if found is None else not found
        case Comparison():
            return _compared(expression, known)
        case Constant() | Variable():
            return _is_true(value(expression, known))
    return None


def value(expression: Expression, known: Lookup) -> Value:
    """What an expression comes to."""
    match expression:
        case Constant(constant):
            return constant
        case Variable(name):
            return known(name)
        case Regex() | Unclear():
            return UNKNOWN
    found = holds(expression, known)
    return UNKNOWN if found is None else found


def _all(parts: tuple[Expression, ...], known: Lookup) -> bool | None:
    found = [holds(part, known) for part in parts]
    if False in found:
        return False
    return None if None in found else True


def _is_true(found: Value) -> bool | None:
    """Texts are true unless they are empty, in all three systems."""
    match found:
        case Unknown():
            return None
        case Text(language):
            return None if automaton(language).accepts("") else True
    return bool(found)


def _compared(comparison: Comparison, known: Lookup) -> bool | None:
    left = value(comparison.left, known)
    if isinstance(comparison.right, Regex):
        return _found_by(left, comparison.right)
    right = value(comparison.right, known)
    if isinstance(left, Unknown) or isinstance(right, Unknown) or comparison.relation is Relation.FOUND_BY:
        return None
    if left is None or right is None:
        return left is right
    if isinstance(left, str | bool) and isinstance(right, str | bool):
        return _related(_word(left), comparison.relation, _word(right))
    related = as_related(comparison.relation, _language(right))
    return None if automaton(_folded(_language(left))).meets(automaton(_folded(related))) else False


def _related(left: str, relation: Relation, right: str) -> bool:
    match relation:
        case Relation.STARTS:
            return left.startswith(right)
        case Relation.ENDS:
            return left.endswith(right)
        case Relation.CONTAINS:
            return right in left
    return left == right


def as_related(relation: Relation, right: Language) -> Language:
    """The texts that are so related to one of ``right``."""
    match relation:
        case Relation.STARTS:
            return chain(right, ANYTHING)
        case Relation.ENDS:
            return chain(ANYTHING, right)
        case Relation.CONTAINS:
            return chain(ANYTHING, right, ANYTHING)
    return right


def _found_by(left: Value, regex: Regex) -> bool | None:
    if isinstance(left, Unknown):
        return None
    try:
        pattern = automaton(search(regex.pattern, regex.flags))
    except ValueError:
        return None
    if isinstance(left, Text):
        return None if pattern.meets(automaton(left.language)) else False
    return pattern.accepts("" if left is None else str(left))


def _word(one: str | bool) -> str:
    """As it is compared: only GitLab tells cases apart, and its words differ in more than that."""
    return str(one).lower()


def _language(one: str | bool | Text) -> Language:
    return one.language if isinstance(one, Text) else literal(str(one))


def _folded(language: Language) -> Language:
    """The same in lower case."""
    match language:
        case Chars(of, negated):
            return Chars(frozenset(one.lower() for one in of), negated)
        case Chain(parts):
            return Chain(tuple(_folded(part) for part in parts))
        case Choice(options):
            return Choice(tuple(_folded(option) for option in options))
        case Many(what):
            return Many(_folded(what))
