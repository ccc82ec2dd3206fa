"""Sets of characters in regular expressions: ``\\d``, ``[a-z_]``."""

from __future__ import annotations

from string import ascii_letters, digits

from build_tasks.planning.ci_lint.patterns.language import Chars

_WORD = frozenset(ascii_letters + digits + "_")
_CLASSES = {
    "d": Chars(frozenset(digits)),
    "D": Chars(frozenset(digits), negated=True),
    "w": Chars(_WORD),
    "W": Chars(_WORD, negated=True),
    "s": Chars(frozenset(" \t\n\r\f")),
    "S": Chars(frozenset(" \t\n\r\f"), negated=True),
}


def escaped(character: str) -> Chars:
    """What a backslash makes of a character.

    :raises ValueError: it is not understood.
    """
    if character in _CLASSES:
        return _CLASSES[character]
    if character.isalnum():
        raise ValueError(f"\\{character} is not understood")
    return Chars(frozenset(character))


def members(inside: str) -> set[str]:
    """The characters of a set, given what stands between its brackets.

    :raises ValueError: it is not understood.
    """
    of, at = set[str](), 0
    while at < len(inside):
        if inside.startswith("[:", at):
            raise ValueError("named classes are not understood")
        first, at = _member(inside, at)
        if inside[at : at + 1] == "-" and at + 1 < len(inside) and len(first) == 1:
            last, at = _member(inside, at + 1)
            of |= {chr(code) for code in range(ord(min(first)), min(ord(max(last)), 0x2FF) + 1)}
        else:
            of |= first
    return of


def _member(inside: str, at: int) -> tuple[frozenset[str], int]:
    if inside[at] != "\\":
        return frozenset(inside[at]), at + 1
    found = escaped(inside[at + 1])
    if found.negated:
        raise ValueError("a negated class in a set is not understood")
    return found.of, at + 2
