"""Which texts a pattern stands for.

Every kind of pattern (three kinds of glob, regular expressions, the flow's own table of branches) becomes one
of these, so that one answer does for "does it match?" and for "can it match any of those?" (`automaton.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Chars:
    """One character: any of these or, negated, any but these."""

    of: frozenset[str]
    negated: bool = False

    def holds(self, character: str) -> bool:
        return (character in self.of) != self.negated

    def meets(self, other: Chars) -> bool:
        """Some character is in both."""
        if self.negated:
            return other.negated or bool(other.of - self.of)
        return bool(self.of - other.of if other.negated else self.of & other.of)


@dataclass(frozen=True)
class Chain:
    """One after the other; of nothing: the empty text."""

    parts: tuple[Language, ...]


@dataclass(frozen=True)
class Choice:
    """Any one of them; of nothing: no text at all."""

    options: tuple[Language, ...]


@dataclass(frozen=True)
class Many:
    """Zero or more times."""

    what: Language


Language = Chars | Chain | Choice | Many

ANY = Chars(frozenset(), negated=True)
NOT_SLASH = Chars(frozenset("/"), negated=True)
ANYTHING = Many(ANY)
EMPTY = Chain(())
DIGITS = Chain((Chars(frozenset("0123456789")), Many(Chars(frozenset("0123456789")))))


def literal(text: str) -> Chain:
    """Exactly this text."""
    return Chain(tuple(Chars(frozenset(character)) for character in text))


def chain(*parts: Language | str) -> Chain:
    """One after the other; texts stand for themselves."""
    return Chain(tuple(literal(part) if isinstance(part, str) else part for part in parts))


def one_of(texts: Iterable[str]) -> Choice:
    """Any of these texts."""
    return Choice(tuple(literal(text) for text in texts))


def optional(what: Language) -> Choice:
    return Choice((what, EMPTY))


def some(what: Language) -> Chain:
    """One or more times."""
    return Chain((what, Many(what)))


def prefix(language: Language) -> str:
    """A text that all others begin with; as long as is easily seen, perhaps empty."""
    return _prefix(language)[0]


def _prefix(language: Language) -> tuple[str, bool]:
    """The text, and whether it is the whole of what the language stands for."""
    if isinstance(language, Chars):
        known = len(language.of) == 1 and not language.negated
        return (next(iter(language.of)), True) if known else ("", False)
    if isinstance(language, Choice):
        begins = [_prefix(option) for option in language.options]
        return begins[0] if len(begins) == 1 else (_in_common([text for text, _ in begins]), False)
    if not isinstance(language, Chain):
        return "", False
    found = ""
    for part in language.parts:
        text, whole = _prefix(part)
        found += text
        if not whole:
            return found, False
    return found, True


def _in_common(texts: list[str]) -> str:
    """What all of them begin with: of the first and the last in order, all between begin so, too."""
    first, last = min(texts, default=""), max(texts, default="")
    differs = (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(differs, min(len(first), len(last)))]
