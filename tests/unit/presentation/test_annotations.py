"""Errors and warnings beside the log, and nothing else that an agent would obey."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from build_tasks.errors import FlowError
from build_tasks.model.account import Annotation, Level
from build_tasks.model.ci import CiSystem, Elsewhere, RunBy
from build_tasks.presentation.annotations import annotation_line, annotations_of
from build_tasks.presentation.plain_text import printable
from tests.fakes.ci_agents import Command, azure_commands, github_commands

HOSTILE = [
    "::add-mask::x",
    "##vso[task.setvariable variable=PATH]/x",
    "##[add-path]/x",
    "a\n::set-env name=X::y",
    "a\r\n##vso[task.complete result=Succeeded;]",
    "100 %, %0A::error::, %25, %3A",
    "\x1b[2J\x1b]0;title\x07red",
    "a;b]c,d:e=f::g",
    "\u2028::stop-commands::t\x0b::x::\x85::y::",
]
TEXT = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.one_of(st.sampled_from("#:[]%;,=\n\r \x1b"), st.characters()))
)
HERE = Annotation(Level.ERROR, "it is 3", "test_put", "services/delivery/tests/test_api.py", 12)


def line(ci: RunBy, annotation: Annotation) -> str:
    found = annotation_line(ci, annotation)
    assert found is not None
    return found


def test_github() -> None:
    where = "file=services/delivery/tests/test_api.py,line=12"
    assert line(CiSystem.GITHUB, HERE) == f"::error {where},title=test_put::it is 3"
    assert line(CiSystem.GITHUB, Annotation(Level.WARNING, "slow")) == "::warning::slow"
    assert (
        line(CiSystem.GITHUB, Annotation(Level.ERROR, "a\nb", "x: y, z"))
        == "::error title=x%3A y%2C z::a%0Ab"
    )


def test_azure() -> None:
    where = "sourcepath=services/delivery/tests/test_api.py;linenumber=12;"
    assert line(CiSystem.AZURE, HERE) == f"##vso[task.logissue type=error;{where}]test_put: it is 3"
    slow = Annotation(Level.WARNING, "50 % slower")
    assert line(CiSystem.AZURE, slow) == "##vso[task.logissue type=warning;]50 %AZP25 slower"


@pytest.mark.parametrize("ci", [Elsewhere.SHELL, CiSystem.GITLAB, Elsewhere.OTHER_CI])
def test_others_have_no_such_form(ci: RunBy) -> None:
    assert annotation_line(ci, HERE) is None


def test_a_line_without_a_file_is_none() -> None:
    assert line(CiSystem.GITHUB, Annotation(Level.ERROR, "x", line=3)) == "::error::x"
    assert line(CiSystem.AZURE, Annotation(Level.ERROR, "x", line=3)) == "##vso[task.logissue type=error;]x"


def test_more_than_github_shows_is_cut_off() -> None:
    [command] = github_commands(line(CiSystem.GITHUB, Annotation(Level.ERROR, "é" * 10_000)))
    assert command.data == "é" * 4000


@given(TEXT, TEXT, TEXT)
@example("::a::", "::b::", "::c::")
def test_whatever_is_in_it_it_is_one_command(message: str, title: str, file: str) -> None:
    """Names of files and tests, and messages, are others': each could be made to look like a command."""
    made = Annotation(Level.ERROR, message, title, file, 3)
    [github] = github_commands(line(CiSystem.GITHUB, made))
    assert github.name == "error" and set(github.properties) <= {"file", "line", "title"}
    [azure] = azure_commands(line(CiSystem.AZURE, made))
    assert azure.name == "task.logissue" and set(azure.properties) <= {"type", "sourcepath", "linenumber"}
    assert azure.properties["type"] == "error"


@given(TEXT)
def test_what_the_agent_shows_has_no_command_in_it_either(message: str) -> None:
    """It writes the message into the log, lines and all."""
    made = Annotation(Level.ERROR, message)
    for ci, commands in ((CiSystem.GITHUB, github_commands), (CiSystem.AZURE, azure_commands)):
        [command] = commands(line(ci, made))
        assert commands(command.data) == []
        assert all(printable(shown) == shown for shown in command.data.split("\n"))


def test_ordinary_text_arrives_as_it_is() -> None:
    text = "assert 50 % == [1, 2]; std::vector: x=3"
    [github] = github_commands(line(CiSystem.GITHUB, Annotation(Level.ERROR, text, text, "a b,c.py", 3)))
    assert github == Command("error", {"file": "a b,c.py", "line": "3", "title": text}, text)
    [azure] = azure_commands(line(CiSystem.AZURE, Annotation(Level.ERROR, text, "", "a]b;c.py", 3)))
    properties = {"type": "error", "sourcepath": "a]b;c.py", "linenumber": "3"}
    assert azure == Command("task.logissue", properties, text)


def test_an_error_says_what_why_and_what_to_do() -> None:
    error = FlowError("push delivery v1.0.2", "the version exists\nwith other content", "cut v1.0.3")
    assert list(annotations_of(error)) == [
        Annotation(
            Level.ERROR, "the version exists\nwith other content\nto do: cut v1.0.3", "push delivery v1.0.2"
        )
    ]


def test_an_error_that_names_places_has_one_annotation_each() -> None:
    why = "services/delivery/service.toml:3: kind: unknown\n  pyproject.toml:9: registry: no\nand more"
    error = FlowError("read the configuration", why, "correct them")
    assert list(annotations_of(error)) == [
        Annotation(
            Level.ERROR, "kind: unknown", "read the configuration", "services/delivery/service.toml", 3
        ),
        Annotation(Level.ERROR, "registry: no", "read the configuration", "pyproject.toml", 9),
        Annotation(Level.ERROR, "and more\nto do: correct them", "read the configuration"),
    ]


@pytest.mark.parametrize("why", ["http://localhost:5001: refused", "../x.toml:3: y", "/etc/x:3: y", "a:0: b"])
def test_what_only_looks_like_a_place_is_none(why: str) -> None:
    [annotation] = annotations_of(FlowError("x", why))
    assert (annotation.file, annotation.line) == ("", 0)
