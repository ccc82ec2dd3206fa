"""Languages that answer questions: is this text in it, have two of them a text in common?

A textbook's nondeterministic automaton (Thompson's construction), because no hostile pattern can make it
slow: a match costs no more than length times size, whereas a backtracking `re` may need for ever.
"""

from __future__ import annotations

from functools import lru_cache

from build_tasks.planning.ci_lint.patterns.language import Chain, Chars, Choice, Language

States = frozenset[int]


class Automaton:
    """Built once a language, then asked often; remembers the ways it went."""

    def __init__(self, language: Language) -> None:
        self._free: list[list[int]] = []
        self._moves: list[list[tuple[Chars, int]]] = []
        self._closures: dict[int, States] = {}
        self._ways: dict[tuple[States, str], States] = {}
        start = self._new()
        self.end = self._add(language, start)
        self.start = self.closure(start)

    def accepts(self, text: str) -> bool:
        """The text is one of the language's."""
        at, ways = self.start, self._ways
        for character in text:
            way = (at, character)
            at = ways[way] if way in ways else self._step(way)
            if not at:
                return False
        return self.end in at

    def meets(self, other: Automaton) -> bool:
        """Some text is one of both languages'."""
        seen = {(one, two) for one in self.start for two in other.start}
        waiting = list(seen)
        while waiting:
            one, two = waiting.pop()
            if one == self.end and two == other.end:
                return True
            for mine, here in self._moves[one]:
                for theirs, there in other._moves[two]:
                    if mine.meets(theirs):
                        both = {(a, b) for a in self.closure(here) for b in other.closure(there)} - seen
                        seen |= both
                        waiting += both
        return False

    def closure(self, state: int) -> States:
        """The states that are reached without reading anything."""
        if state not in self._closures:
            found, waiting = {state}, [state]
            while waiting:
                new = set(self._free[waiting.pop()]) - found
                found |= new
                waiting += new
            self._closures[state] = frozenset(found)
        return self._closures[state]

    def _step(self, way: tuple[States, str]) -> States:
        at, character = way
        ends = (to for state in at for chars, to in self._moves[state] if chars.holds(character))
        self._ways[way] = frozenset(state for end in ends for state in self.closure(end))
        return self._ways[way]

    def _new(self) -> int:
        self._free.append([])
        self._moves.append([])
        return len(self._free) - 1

    def _add(self, language: Language, start: int) -> int:
        """Add a language from a state on; gives the state it ends in."""
        if isinstance(language, Chars):
            end = self._new()
            self._moves[start].append((language, end))
            return end
        if isinstance(language, Chain):
            for part in language.parts:
                start = self._add(part, start)
            return start
        if isinstance(language, Choice):
            end = self._new()
            for option in language.options:
                self._free[self._add(option, start)].append(end)
            return end
        # A state of its own, so that going round does not lead into what else begins at the start.
        again = self._new()
        self._free[start].append(again)
        self._free[self._add(language.what, again)].append(again)
        return again


@lru_cache(maxsize=4096)
def automaton(language: Language) -> Automaton:
    """The automaton of a language; the same language has the same one, with all that it remembers."""
    return Automaton(language)
