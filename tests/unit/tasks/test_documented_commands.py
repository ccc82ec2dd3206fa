"""Every command line that a page shows to be typed names a task that there is, with flags that it has."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from invoke.parser import ParseError, Parser, ParserContext

from build_tasks.tasks import namespace

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "bench" / "README.md"]
_BLOCK = re.compile(r"^```(?:console)?\n(.*?)^```", re.M | re.S)
_TYPED = re.compile(r"^(?:\$ )?\./inv ([^\n]+)$", re.M)
#: The services of docs/adopting.md's repository, and what stands for a word of the reader's.
_OTHERS = {"catalogue.": "delivery.", "<service>": "delivery", "<version>": "1.0.2", "<env>": "qa"}


def typed() -> Iterator[object]:
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in _TYPED.findall(block):
                yield pytest.param(line, id=f"{page.name}: {line.partition('#')[0].strip()}")


def parsed(line: str) -> ParserContext:
    for other, ours in _OTHERS.items():
        line = line.replace(other, ours)
    core = ParserContext(name="core", args=())
    [_, task] = Parser(namespace(ROOT).to_contexts(), core).parse_argv(shlex.split(line, comments=True))
    return task


@pytest.mark.parametrize("line", [*typed()])
def test_a_command_of_a_page(line: str) -> None:
    if not line.startswith("-"):
        assert parsed(line).name


@pytest.mark.parametrize("line", ["delivery.tests", "delivery.test --filtre x", "release.list delivery"])
def test_one_that_is_wrong_would_be_seen(line: str) -> None:
    with pytest.raises((ParseError, ValueError)):
        parsed(line)


def test_there_are_some() -> None:
    assert len([*typed()]) > 30
