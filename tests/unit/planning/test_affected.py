"""Which services a change concerns."""

from __future__ import annotations

import pytest

from build_tasks.planning.affected import Affected, affected
from build_tasks.planning.inputs import under_any

BUILT_FROM = {
    "ingestion": ["services/ingestion", "services/shared"],
    "workflow": ["services/workflow", "services/shared", "requirements.txt"],
    "delivery": ["services/delivery"],
}


def test_its_own_folder() -> None:
    found = affected(["services/delivery/app.py"], BUILT_FROM)
    assert found == [
        Affected("delivery", "services/delivery/app.py changed, in its folder services/delivery")
    ]


def test_a_folder_that_its_dockerfile_copies() -> None:
    found = affected(["services/shared/log.py"], BUILT_FROM)
    assert [one.service for one in found] == ["ingestion", "workflow"]
    assert found[0].reason == "services/shared/log.py changed, its Dockerfile copies services/shared"


def test_a_file_that_its_dockerfile_copies() -> None:
    assert [one.service for one in affected(["requirements.txt"], BUILT_FROM)] == ["workflow"]


@pytest.mark.parametrize(
    "path",
    ["README.md", "services/delivery2/app.py", "services", "services/sharedness/x", "docs/services/delivery"],
)
def test_what_nothing_is_built_from(path: str) -> None:
    assert affected([path], BUILT_FROM) == []


def test_nothing_changed() -> None:
    assert affected([], BUILT_FROM) == []


def test_each_service_once_with_the_first_path() -> None:
    found = affected(["services/shared/z", "services/ingestion/a"], {"ingestion": BUILT_FROM["ingestion"]})
    assert [one.reason for one in found] == ["services/ingestion/a changed, in its folder services/ingestion"]


def test_a_dockerfile_that_copies_everything() -> None:
    found = affected(["README.md"], {"delivery": ["services/delivery", "."]})
    assert found == [Affected("delivery", "README.md changed, its Dockerfile copies .")]


@pytest.mark.parametrize(
    ("path", "folders", "found"),
    [("a/b", ["a"], "a"), ("a", ["a"], "a"), ("ab", ["a"], None), ("a/b", ["x", "."], "."), ("a", [], None)],
)
def test_under_any(path: str, folders: list[str], found: str | None) -> None:
    assert under_any(path, folders) == found
