"""The files of a working tree, and that the fake answers as it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.inputs.tree import Tree
from build_tasks.steps.checkout import WorkingTree
from tests.fakes.tree import FakeTree

FILES = {"a": "text\n", "folder/b": "ü", "folder/deep/c": "c"}
LINKS = {"link": "folder", "folder/link": "../a", "folder/deep/link": "/nowhere", "folder/deep/er/link": "."}


@pytest.fixture(params=["real", "fake"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Tree:
    if request.param == "fake":
        return FakeTree(FILES, LINKS)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name, target in LINKS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(target)
    return WorkingTree(tmp_path)


def test_texts(tree: Tree) -> None:
    assert [tree.text(name) for name in ("a", "folder/b", "nothing", "a/b")] == ["text\n", "ü", None, None]


def test_links(tree: Tree) -> None:
    paths = ["a", "link", "folder", "folder/deep/link", "nothing", "a/b"]
    assert [tree.link(path) for path in paths] == [None, "folder", None, "/nowhere", None, None]
    assert tree.link("link") == "folder", "asked a second time"


def test_whether_a_path_leads_over_links(tree: Tree) -> None:
    plain = ["a", "folder", "folder/b", "nothing/x", "."]
    led = ["link", "link/b", "folder/deep/link", "folder/deep/er/link/x"]
    assert [path for path in (*plain, *led, *plain) if tree.is_plain(path)] == [*plain, *plain]


@pytest.mark.parametrize(
    ("folder", "depth", "found"),
    [
        (".", 1, ["link"]),
        (".", 2, ["folder/link", "link"]),
        ("folder", 0, []),
        ("folder", 1, ["folder/link"]),
        ("folder", 2, ["folder/deep/link", "folder/link"]),
        ("folder", 9, ["folder/deep/er/link", "folder/deep/link", "folder/link"]),
        ("nothing", 2, []),
    ],
)
def test_links_below(tree: Tree, folder: str, depth: int, found: list[str]) -> None:
    assert tree.links_below(folder, depth) == found


@pytest.mark.parametrize(("name", "why"), [("latin", "not UTF-8"), ("folder", "Is a directory")])
def test_what_cannot_be_read(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin").write_bytes(b"\xe4")
    with pytest.raises(FlowError, match=f"{name}: {why}") as refused:
        WorkingTree(tmp_path).text(name)
    assert refused.value.code is ExitCode.CONFIG
