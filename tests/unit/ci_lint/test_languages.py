"""Regular expressions and what languages have in common."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.planning.ci_lint.patterns.automaton import automaton
from build_tasks.planning.ci_lint.patterns.globs import azure_branch, github
from build_tasks.planning.ci_lint.patterns.language import Choice, literal
from build_tasks.planning.ci_lint.patterns.regexes import search

_ATOM = st.sampled_from(["a", "b", "/", ".", "[ab]", "[^a]", r"\w", r"\/", r"\d"])
_REGEX = st.recursive(
    _ATOM,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        inner.map(lambda one: f"({one})*"),
        inner.map(lambda one: f"(?:{one})?"),
        inner.map(lambda one: f"({one}){{1,2}}"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
    ),
    max_leaves=5,
)


@given(_REGEX, st.sampled_from(["", "^"]), st.sampled_from(["", "$"]), st.text("ab/1-", max_size=6))
def test_the_same_texts_as_python_finds(middle: str, begin: str, end: str, text: str) -> None:
    """Of what both understand; `$` is RE2's, which Python writes `\\Z`."""
    found = re.search(f"{begin}(?:{middle}){end and chr(92) + 'Z'}", text) is not None
    assert automaton(search(f"{begin}(?:{middle}){end}")).accepts(text) == found


@given(_REGEX, st.text("ab/1", max_size=5))
def test_a_text_that_is_accepted_is_one_that_is_met(pattern: str, text: str) -> None:
    language = automaton(search(f"^{pattern}$"))
    assert language.meets(automaton(literal(text))) == language.accepts(text)


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "found"),
    [
        (r"^release\/delivery\/v", "", "release/delivery/v1.0.2", True),
        (r"^(feature|topic)/", "", "topic/x", True),
        (r"^(feature|topic)/", "", "a/topic/x", False),
        ("delivery", "", "feature/delivery/x", True),
        ("^MAIN$", "i", "main", True),
        ("(?i)^MAIN$", "", "main", True),
        ("^MAIN$", "", "main", False),
        (r"^v\d+\.\d+(-rc\d{1,2})?$", "", "v1.20-rc3", True),
        (r"^v\d+\.\d+(-rc\d{1,2})?$", "", "v1.20-rc333", False),
        ("^main$|^master$", "", "master", True),
        (r"\Amain\z", "", "main", True),
        ("^[^/]+$", "", "a/b", False),
        ("^[]a]x$", "", "]x", True),
        ("^(?P<n>a)+?$", "", "aa", True),
        ("", "", "anything", True),
    ],
)
def test_regular_expressions(pattern: str, flags: str, text: str, found: bool) -> None:
    assert automaton(search(pattern, flags)).accepts(text) is found


@pytest.mark.parametrize(
    "pattern",
    ["(?=a)", "a(^b)", r"\bmain", "(", "a)", "*a", "a{999}{999}", "[[:alpha:]]", r"\1", r"[\D]", "a" * 600],
)
def test_what_is_not_understood_is_said(pattern: str) -> None:
    with pytest.raises(ValueError, match="regular expression"):
        search(pattern)


def test_a_pattern_that_is_hard_for_others_costs_nothing_here() -> None:
    """Backtracking would take longer than the world has been."""
    assert not automaton(search(r"^(a+)+$")).accepts("a" * 2000 + "!")
    assert not automaton(github("*a" * 40 + "b")).accepts("a" * 2000)
    assert automaton(search(r"(a|b)*a(a|b){60}")).accepts("ab" * 60)


def test_languages_that_have_a_text_in_common() -> None:
    for one, other, common in (
        ("release/*", "release/delivery/v*", True),
        ("*/delivery/*", "feature/*", True),
        ("feature/a*", "feature/b*", False),
        ("a?c", "abc", True),
        ("relelase/*", "release/*", False),
    ):
        assert automaton(azure_branch(one)).meets(automaton(azure_branch(other))) is common
    assert not automaton(Choice(())).meets(automaton(azure_branch("*")))
