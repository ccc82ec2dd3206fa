"""Regular expressions in GitLab's files, as languages.

GitLab gives them to RE2 and looks for a match anywhere in the text
(https://docs.gitlab.com/ci/jobs/job_rules/#compare-a-variable-to-a-regular-expression). What is understood
here is what people write about branches: https://github.com/google/re2/wiki/Syntax without word boundaries,
Unicode classes and anchors in the middle.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError, VisitError

from build_tasks.planning.ci_lint.patterns.character_classes import escaped, members
from build_tasks.planning.ci_lint.patterns.language import (
    ANY,
    ANYTHING,
    EMPTY,
    Chain,
    Chars,
    Choice,
    Language,
    Many,
    literal,
    optional,
    some,
)

_GRAMMAR = r"""
start: either
either: row ("|" row)*
row: repeated*
?repeated: atom | atom TIMES -> repeat
?atom: "(" either ")" | "(?:" either ")" | NAMED either ")" -> named | CLASS -> brackets | ESCAPE -> escape
     | DOT -> dot | ANCHOR -> anchor | PLAIN -> plain

NAMED: /\(\?P?<\w+>/
TIMES: /([*+?]|\{\d{1,3}(,\d{0,3})?\})\??/
CLASS: /\[\^?\]?([^\]\\]|\\.)*\]/
ESCAPE: /\\./
DOT: "."
ANCHOR: "^" | "$"
PLAIN: /[^\\|(){}\[\]*+?.^$]/
"""
#: So much is taken apart; branches' patterns are a few dozen characters.
_LONGEST, _DEEPEST, _LARGEST = 500, 20, 5000


class _Anchor(Chain):
    """``^`` or ``$``: told from other empty texts until the ends of a row are known."""


_BEGIN, _END = _Anchor((literal("^"),)), _Anchor((literal("$"),))


def search(pattern: str, flags: str = "") -> Language:
    """All texts in which the expression is found.

    :param pattern: what stands between the slashes.
    :param flags: what follows them; ``i`` is the only one that matters to a text of one line.
    :raises ValueError: it is not understood.
    """
    inline = re.match(r"\(\?([imsU]+)\)", pattern)
    if inline:
        pattern, flags = pattern[inline.end() :], flags + inline[1]
    if len(pattern) > _LONGEST or pattern.count("(") > _DEEPEST:
        raise ValueError(f"the regular expression /{pattern[:40]}.../ is too long to be judged")
    try:
        found: Language = _Reader("i" in flags).transform(_parser().parse(pattern))
    except LarkError as error:
        reason = f": {error.orig_exc}" if isinstance(error, VisitError) else ""
        raise ValueError(f"the regular expression /{pattern}/ is not understood{reason}") from None
    return found


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual")


class _Reader(Transformer[Token, Any]):
    """From the tree to a language, from the leaves up."""

    def __init__(self, any_case: bool) -> None:
        super().__init__()
        self._any_case = any_case

    def start(self, found: list[Choice]) -> Language:
        return Choice(tuple(_anywhere(row) for row in found[0].options if isinstance(row, Chain)))

    def either(self, rows: list[Chain]) -> Choice:
        return Choice(tuple(rows))

    def row(self, parts: list[Language]) -> Chain:
        return Chain(tuple(parts))

    def repeat(self, found: list[Any]) -> Language:
        what, times = found
        return _repeated(what, str(times)[:-1] if len(times) > 1 and times.endswith("?") else str(times))

    def named(self, found: list[Any]) -> Choice:
        group: Choice = found[1]
        return group

    def plain(self, found: list[Token]) -> Chars:
        return self._cased({str(found[0])})

    def dot(self, _: list[Token]) -> Chars:
        return ANY

    def anchor(self, found: list[Token]) -> Chain:
        return _BEGIN if found[0] == "^" else _END

    def escape(self, found: list[Token]) -> Language:
        character = found[0][1]
        if character in "AzZ":
            return _BEGIN if character == "A" else _END
        return self._cased(set(escaped(character).of), negated=escaped(character).negated)

    def brackets(self, found: list[Token]) -> Chars:
        inside = found[0][1:-1]
        negated = inside.startswith("^")
        return self._cased(members(inside[negated:]), negated=negated)

    def _cased(self, of: set[str], *, negated: bool = False) -> Chars:
        folded = {one for c in of for one in (c.lower(), c.upper())} if self._any_case else of
        return Chars(frozenset(folded), negated)


def _anywhere(row: Chain) -> Language:
    """The texts that a row is found in: anchored only where it begins or ends with an anchor."""
    parts = list(row.parts)
    begins = bool(parts) and parts[0] is _BEGIN
    ends = bool(parts) and parts[-1] is _END
    inner = parts[begins : len(parts) - ends]
    if _anchored(Chain(tuple(inner))):
        raise ValueError("an anchor in the middle")
    found = Chain((EMPTY if begins else ANYTHING, *inner, EMPTY if ends else ANYTHING))
    if _size(found) > _LARGEST:
        raise ValueError("it repeats too much")
    return found


def _anchored(language: Language) -> bool:
    if isinstance(language, _Anchor):
        return True
    return any(_anchored(part) for part in _parts(language))


def _size(language: Language) -> int:
    return 1 + sum(_size(part) for part in _parts(language))


def _parts(language: Language) -> tuple[Language, ...]:
    match language:
        case Chain():
            return language.parts
        case Choice():
            return language.options
        case Many():
            return (language.what,)
    return ()


def _repeated(what: Language, times: str) -> Language:
    match times:
        case "*":
            return Many(what)
        case "+":
            return some(what)
        case "?":
            return optional(what)
    least, comma, most = times.strip("{}").partition(",")
    if max(int(least), int(most or 0)) * _size(what) > _LARGEST:
        raise ValueError("it repeats too much")
    if comma and not most:
        return Chain((*(what,) * int(least), Many(what)))
    return Chain((*(what,) * int(least), *(optional(what),) * (int(most or least) - int(least))))
