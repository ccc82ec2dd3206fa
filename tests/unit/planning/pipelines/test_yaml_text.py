"""YAML as it is written: what a parser reads back, and what a reader sees."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.planning.pipelines.yaml_text import Apart, Node, Said, document, plain

ODD = ["yes", "~", "1e3", "0o7", "12:30", "- a", "a: b", "a #b", "${{ a }}", "a\nb\n", " a\nb", "a\n\n", "'"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from([*ODD, "y", "on"])
#: Not `on`, which is written as GitHub's documents do.
KEYS = TEXTS.filter(lambda key: key != "on")
COMMENTS = st.text("ab c\n#", max_size=12)


def _said(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(Said, nodes, COMMENTS, st.sampled_from(["", "v1"]))


def _within(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    nodes = inner | _said(inner)
    several = st.lists(nodes, max_size=3) | st.dictionaries(KEYS, nodes, max_size=3)
    return several | st.builds(Apart, several)


BARE: st.SearchStrategy[Node] = st.recursive(TEXTS | st.integers() | st.booleans(), _within, max_leaves=6)
TREES = st.dictionaries(KEYS, BARE | _said(BARE), min_size=1, max_size=3)


@given(TREES, COMMENTS)
def test_a_parser_reads_back_what_was_written(tree: Mapping[str, Node], header: str) -> None:
    assert yaml.safe_load(document(header, tree)) == plain(tree)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("delivery", "delivery"),
        ("./inv ci.run --only a", "./inv ci.run --only a"),
        ("${{ github.ref }}", "${{ github.ref }}"),
        ("no", '"no"'),
        ("y", '"y"'),
        ("on", '"on"'),
        ("1.0", '"1.0"'),
        ("0o7", '"0o7"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("", '""'),
        ("!x", '"!x"'),
        ("*", '"*"'),
        ('"; rm -rf /', '"\\"; rm -rf /"'),
        ("a\u2028b", '"a\\U00002028b"'),
    ],
)
def test_texts_are_quoted_only_where_they_must_be(text: str, written: str) -> None:
    assert document("", {"key": text}).splitlines()[-1] == f"key: {written}"


def test_it_reads_as_a_person_writes() -> None:
    step: Node = {"run": "one\ntwo\n", "env": {"A": "b"}}
    steps = Apart([Said({"uses": Said("a@1", beside="v1")}, "First."), Said(step, "Then.")])
    gate: Node = {"if": Said("always()", "Whatever became of them."), "needs": [], "steps": Apart([])}
    tree: dict[str, Node] = {
        "on": Said({"push": {"branches": ["main", "release/**"]}}, "When."),
        "jobs": Apart({"plan": {"steps": steps}, "gate": Said(gate, "Last.")}),
    }
    assert (
        document("Header.\n\nMore.", tree)
        == """\
# Header.
#
# More.

# When.
on:
  push:
    branches: [main, release/**]

jobs:
  plan:
    steps:
      # First.
      - uses: a@1 # v1

      # Then.
      - run: |
          one
          two
        env:
          A: b

  # Last.
  gate:
    # Whatever became of them.
    if: always()
    needs: []
    steps: []
"""
    )


def test_long_comments_are_broken_and_long_lists_are_not_on_one_line() -> None:
    written = document("word " * 40, {"services": [f"service-{number}" for number in range(20)]})
    assert max(map(len, written.splitlines())) <= 110
    assert "\n  - service-19\n" in written
