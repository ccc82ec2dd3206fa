"""Which services a change concerns."""

from __future__ import annotations

import pytest

from build_tasks.planning.affected import Affected, affected
from build_tasks.planning.inputs import under_any


def of(service: str, *copied: str) -> dict[str, str]:
    """A service's folder and what its Dockerfile copies in."""
    own = f"services/{service}"
    return {own: f"in its folder {own}", **{path: f"its Dockerfile copies {path}" for path in copied}}


BUILT_FROM = {
    "ingestion": of("ingestion", "services/shared"),
    "workflow": of("workflow", "services/shared", "requirements.txt"),
    "delivery": {
        **of("delivery"),
        "services/shared/chart": "its chart depends on services/shared/chart",
    },
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


def test_a_chart_that_its_chart_depends_on() -> None:
    found = affected(["services/shared/chart/Chart.yaml"], {"delivery": BUILT_FROM["delivery"]})
    reason = "services/shared/chart/Chart.yaml changed, its chart depends on services/shared/chart"
    assert found == [Affected("delivery", reason)]


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
    found = affected(["README.md"], {"delivery": of("delivery", ".")})
    assert found == [Affected("delivery", "README.md changed, its Dockerfile copies .")]


@pytest.mark.parametrize(
    ("path", "folders", "found"),
    [("a/b", ["a"], "a"), ("a", ["a"], "a"), ("ab", ["a"], None), ("a/b", ["x", "."], "."), ("a", [], None)],
)
def test_under_any(path: str, folders: list[str], found: str | None) -> None:
    assert under_any(path, folders) == found
