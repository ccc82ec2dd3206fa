"""A folder in the store is complete, whoever makes it and however that ends."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from build_tasks.adapters.provisioning.content_store import ContentStore


def test_what_is_filled_is_found(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    assert store.find("tool", "k") is None
    with store.fill("tool", "k") as folder:
        (folder / "file").write_text("text")
        assert store.find("tool", "k") is None, "not before it is complete"
    found = store.find("tool", "k")
    assert found is not None
    assert (found / "file").read_text() == "text"


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    with pytest.raises(RuntimeError), store.fill("tool", "k") as folder:
        (folder / "half").write_text("")
        raise RuntimeError
    assert store.find("tool", "k") is None
    assert [p.name for p in (tmp_path / "tool").iterdir()] == [".lock"]


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "tool" / ".unfinished-x"
    left.mkdir(parents=True)
    (left / "half").write_text("")
    with ContentStore(tmp_path).fill("tool", "k"):
        pass
    assert not left.exists()


def test_two_runs_make_it_once(tmp_path: Path) -> None:
    inside, made = threading.Event(), []

    def run(name: str, wait: threading.Event | None) -> None:
        store = ContentStore(tmp_path)
        with store.fill("tool", "k") as folder:
            if store.find("tool", "k") is None:
                inside.set()
                if wait is not None:
                    assert wait.wait(10)
                (folder / "by").write_text(name)
                made.append(name)

    go_on = threading.Event()
    first = threading.Thread(target=run, args=("first", go_on))
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=run, args=("second", None))
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert made == ["first"]
    found = ContentStore(tmp_path).find("tool", "k")
    assert found is not None
    assert (found / "by").read_text() == "first"


def test_the_same_links_are_the_same_folder(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    one = store.links({"a": Path("/x/a")})
    assert store.links({"a": Path("/x/a")}) == one
    assert (one / "a").readlink() == Path("/x/a")
    assert store.links({"a": Path("/y/a")}) != one
