"""Where in a TOML file a key stands."""

from __future__ import annotations

import pytest

from build_tasks.config.problems import Problem, line_of, suggestion

TEXT = """# a comment
name = "delivery"
"quoted" = 1
switch.automatic = true

[delivery]  # another
environments = [
  "qa",
]
[a."b".c]
d = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("quoted",), 3),
        (("switch", "automatic"), 4),
        (("delivery",), 6),
        (("delivery", "environments"), 7),
        (("delivery", "environments", "0"), 7),
        (("delivery", "missing"), 6),
        (("a", "b", "c", "d"), 11),
        (("a", "b", "c", "e", "f"), 10),
        (("missing",), 0),
        ((), 0),
    ],
)
def test_lines(path: tuple[str, ...], line: int) -> None:
    assert line_of(TEXT, path) == line


def test_a_problem_in_one_line() -> None:
    assert str(Problem("f.toml", 3, "a.b", "missing")) == "f.toml:3: a.b: missing"
    assert str(Problem("f.toml", 0, "", "no such file")) == "f.toml: no such file"


def test_suggestions() -> None:
    assert suggestion("prot", ["port", "owner"]) == ", did you mean port?"
    assert suggestion("x", ["port", "owner"]) == " (known: port, owner)"
