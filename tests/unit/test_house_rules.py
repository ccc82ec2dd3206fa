"""The habits of CONTRIBUTING.md that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted([*ROOT.glob("build_tasks/**/*.py"), *ROOT.glob("bench/**/*.py"), ROOT / "tasks.py"])
LONGEST_FILE = 200
LONGEST_FUNCTION = 25
MISCELLANY = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Lines of code, without signature and docstring; functions defined inside count alone."""
    own = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not own:
        return 0
    inner = [node for statement in own for node in ast.walk(statement) if isinstance(node, Function)]
    lines = set(range(own[0].lineno, (own[-1].end_lineno or 0) + 1))
    for node in inner:
        lines -= set(range(node.lineno, (node.end_lineno or 0) + 1))
    return len(lines)


def test_there_is_code_to_look_at() -> None:
    assert len(CODE) > 50


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE
    long = {f"{path.name}:{f.lineno} {f.name}": body_lines(f) for f in functions(path)}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert [path for path in CODE if path.stem in MISCELLANY] == []


def test_tests_apart_do_not_follow_the_demonstration() -> None:
    """Each of the processes that run them would tell one of its own (decision 29)."""
    files = sorted((ROOT / "tests" / "integration" / "apart").glob("test_*.py"))
    story = re.compile(r"\b(told: Told|approved: Approved|mark\.usefixtures\(\"(told|approved)\"\))")
    assert len(files) > 4
    assert [file.name for file in files if story.search(file.read_text(encoding="utf-8"))] == []
