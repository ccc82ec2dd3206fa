"""Which services a change concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.affected import Affected, AffectedPolicy, Change, Reason
from build_tasks.model.docker_patterns import Patterns
from build_tasks.planning.inputs.affected import Changes, affected
from build_tasks.planning.inputs.sources import Sources
from tests.fakes.samples import service
from tests.fakes.tree import FakeTree

STAGES = "FROM scratch AS build\nFROM build AS testrunner\nFROM build AS final\n"
FILES = {
    "services/ingestion/Dockerfile": f"{STAGES}COPY services/shared /\n",
    "services/workflow/Dockerfile": f"{STAGES}COPY services/shared requirements.txt /\n",
    "services/delivery/Dockerfile": f"{STAGES}COPY services/delivery /\n",
    "services/delivery/chart/Chart.yaml": (
        "dependencies: [{name: micro, version: 1.0.0, repository: file://../../shared/chart}]\n"
    ),
    "services/shared/chart/Chart.yaml": "name: micro\nversion: 1.0.0\n",
}
NOTHING_ELSE = AffectedPolicy(Patterns([]), Patterns([]))


class Shop:
    """Three services and what was asked about them."""

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        self.tree = FakeTree({**FILES, **(files or {})})
        names = [name.split("/")[1] for name in self.tree.files if name.endswith("/Dockerfile")]
        self.services = {name: Sources(service(name), self.tree) for name in names}

    def ask(
        self, *paths: str, closed: Iterable[str] = (), policy: AffectedPolicy = NOTHING_ELSE
    ) -> tuple[list[Affected], list[str]]:
        changes = [*map(Change, paths), *(Change(path, closed=True) for path in closed)]
        return affected(Changes.of(changes), self.services, policy)

    def reasons(
        self, *paths: str, closed: Iterable[str] = (), policy: AffectedPolicy = NOTHING_ELSE
    ) -> dict[str, Reason]:
        found, _ = self.ask(*paths, closed=closed, policy=policy)
        return {one.service: one.reason for one in found}


def test_its_own_folder() -> None:
    [found], unclaimed = Shop().ask("services/delivery/app.py")
    assert found == Affected(
        "delivery", Reason.OWN_FOLDER, "services/delivery/app.py", "in its folder services/delivery"
    )
    assert found.because == "services/delivery/app.py changed, in its folder services/delivery"
    assert unclaimed == []


def test_a_folder_that_its_dockerfile_copies() -> None:
    found, _ = Shop().ask("services/shared/log.py")
    assert [(one.service, one.reason) for one in found] == [
        ("ingestion", Reason.COPIED),
        ("workflow", Reason.COPIED),
    ]
    assert found[0].because == "services/shared/log.py changed, its Dockerfile copies services/shared"


def test_a_chart_that_its_chart_depends_on() -> None:
    found, _ = Shop().ask("services/shared/chart/Chart.yaml")
    assert (
        found[0].because
        == "services/shared/chart/Chart.yaml changed, its chart depends on services/shared/chart"
    )
    assert [(one.service, one.reason) for one in found] == [
        ("delivery", Reason.CHART),
        ("ingestion", Reason.COPIED),
        ("workflow", Reason.COPIED),
    ]


def test_a_file_that_its_dockerfile_copies() -> None:
    assert Shop().reasons("requirements.txt") == {"workflow": Reason.COPIED}


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "services/delivery2/app.py",
        "services",
        "services/sharedness/x",
        "docs/services/delivery",
        "services/shared0",
    ],
)
def test_what_no_service_is_built_from(path: str) -> None:
    assert Shop().ask(path) == ([], [path])


def test_nothing_changed() -> None:
    shop = Shop()
    assert shop.ask() == ([], [])
    assert shop.tree.read == []


def test_each_service_once_with_the_first_path() -> None:
    found, _ = Shop().ask(
        "services/shared/z", "services/ingestion/b", "services/ingestion/a", "services/shared/b"
    )
    assert [(one.service, one.path) for one in found] == [
        ("ingestion", "services/ingestion/a"),
        ("workflow", "services/shared/b"),
    ]


def test_a_dockerfile_that_copies_everything() -> None:
    shop = Shop({"services/delivery/Dockerfile": f"{STAGES}COPY . /\n", ".dockerignore": "docs\n"})
    assert shop.reasons("README.md") == {"delivery": Reason.COPIED}
    assert shop.ask("docs/x") == ([], ["docs/x"])
    assert shop.reasons("services/workflow/x") == {"delivery": Reason.COPIED, "workflow": Reason.OWN_FOLDER}


def test_a_path_that_another_service_s_dockerfile_copies_concerns_both() -> None:
    shop = Shop({"services/delivery/Dockerfile": f"{STAGES}COPY services/workflow/api /\n"})
    assert shop.reasons("services/workflow/api/x") == {
        "delivery": Reason.COPIED,
        "workflow": Reason.OWN_FOLDER,
    }
    assert shop.reasons("services/workflow/x") == {"workflow": Reason.OWN_FOLDER}


def test_both_names_of_a_rename() -> None:
    found = Shop().reasons("services/delivery/moved.py", "services/shared/moved.py")
    assert found == {"delivery": Reason.OWN_FOLDER, "ingestion": Reason.COPIED, "workflow": Reason.COPIED}


def test_an_ignore_file_of_the_root() -> None:
    found = Shop({"services/delivery/Dockerfile.dockerignore": "x"}).reasons(".dockerignore")
    assert found == {"ingestion": Reason.IGNORE_FILE, "workflow": Reason.IGNORE_FILE}


def test_a_submodule_that_holds_what_is_copied() -> None:
    assert Shop().reasons(closed=["services/shared"]) == {
        "delivery": Reason.CHART,
        "ingestion": Reason.COPIED,
        "workflow": Reason.COPIED,
    }
    assert set(Shop().reasons(closed=["services"])) == {"delivery", "ingestion", "workflow"}
    assert Shop().reasons(closed=["service"]) == {}
    assert Shop().reasons("services") == {}, "a file of that name holds nothing"


def test_repository_wide_files() -> None:
    policy = AffectedPolicy(Patterns(["pyproject.toml", "tools", "!tools/README.md"]), Patterns([]))
    found, unclaimed = Shop().ask("services/delivery/x", "tools/a", "README.md", policy=policy)
    assert {one.service: (one.reason, one.path) for one in found} == {
        "delivery": (Reason.OWN_FOLDER, "services/delivery/x"),
        "ingestion": (Reason.REPOSITORY_WIDE, "tools/a"),
        "workflow": (Reason.REPOSITORY_WIDE, "tools/a"),
    }
    assert (
        found[1].because
        == "tools/a changed, and such files concern every service ([tool.build_tasks.affected])"
    )
    assert unclaimed == ["README.md"]
    assert Shop().ask("tools/README.md", policy=policy) == ([], ["tools/README.md"])


def test_the_project_file_is_repository_wide_unless_something_else_is_said() -> None:
    assert set(Shop().reasons("pyproject.toml", policy=AffectedPolicy()).values()) == {Reason.REPOSITORY_WIDE}


def test_files_that_no_service_is_built_from_may_concern_all() -> None:
    policy = AffectedPolicy(Patterns([]), Patterns(["**", "!docs", "!**/*.md"]))
    assert Shop().ask("docs/x", "README.md", policy=policy) == ([], ["README.md", "docs/x"])
    found, unclaimed = Shop().ask("docs/x", "Makefile", "services/workflow/x", policy=policy)
    assert {one.service: (one.reason, one.path) for one in found} == {
        "delivery": (Reason.UNCLAIMED, "Makefile"),
        "ingestion": (Reason.UNCLAIMED, "Makefile"),
        "workflow": (Reason.OWN_FOLDER, "services/workflow/x"),
    }
    assert unclaimed == ["Makefile", "docs/x"]
    # What one service is built from is no business of the others.
    assert Shop().reasons("requirements.txt", policy=policy) == {"workflow": Reason.COPIED}


def test_only_files_that_can_matter_are_read() -> None:
    every = Shop()
    every.ask(*(f"services/{name}/x" for name in every.services))
    assert every.tree.read == []
    wide = Shop()
    wide.ask("pyproject.toml", policy=AffectedPolicy())
    assert wide.tree.read == []
    one = Shop()
    one.ask("services/delivery/x")
    assert "services/delivery/Dockerfile" not in one.tree.read
    assert "services/delivery/chart/Chart.yaml" not in one.tree.read, "no change is in any chart"


def test_a_service_that_cannot_be_understood_is_affected_and_holds_up_no_other() -> None:
    shop = Shop({"services/broken/Dockerfile": "FRM x AS final\n"})
    found, _ = shop.ask("services/shared/contracts/events.proto", "services/delivery/app.py")
    broken = next(one for one in found if one.service == "broken")
    assert (broken.reason, broken.path) == (Reason.UNREADABLE, "")
    assert broken.because.startswith("what it is built from cannot be told: services/broken/Dockerfile: ")
    assert "delivery" in {one.service for one in found}
    own = shop.reasons("services/broken/main.py")
    assert own == {"broken": Reason.OWN_FOLDER}


def test_an_ignore_file_is_understood_only_where_it_matters() -> None:
    shop = Shop({".dockerignore": "[broken\n"})
    assert shop.reasons("README.md") == {}
    assert shop.reasons("services/delivery/x") == {"delivery": Reason.OWN_FOLDER}
    found, _ = shop.ask("services/shared/x")
    unread = [one for one in found if one.reason is Reason.UNREADABLE]
    assert unread and all("[broken" in one.because for one in unread)


def test_a_path_that_was_closed_before_or_is_now_is_closed() -> None:
    assert Changes.of([Change("b"), Change("a", True), Change("a")]).all == (Change("a", True), Change("b"))


NAMES = st.sampled_from(["a", "b", "ab", "x.md", "services", "delivery", "libs"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
COPIED = st.one_of(PATHS, st.sampled_from([".", "*", "libs/*", "*/b", "services/*/a", "**", "a?"]))
IGNORED = st.one_of(PATHS, PATHS.map("!{}".format), st.sampled_from(["**", "*.md", "!**/b", "libs/**"]))


@given(
    st.lists(COPIED, max_size=3),
    st.lists(st.sampled_from(["--exclude=*.md", "--exclude=b", "--parents"]), max_size=2, unique=True),
    st.lists(IGNORED, max_size=4),
    st.lists(IGNORED, max_size=2),
    PATHS,
)
def test_whatever_changes_an_image_concerns_its_service(
    copied: list[str], flags: list[str], ignored: list[str], inputs: list[str], path: str
) -> None:
    """Otherwise a run would not build what has changed; and what nothing claims is in no image."""
    lines = "".join(f"COPY {' '.join(flags)} {source} /\n" for source in copied)
    files = {"services/delivery/Dockerfile": STAGES + lines, ".dockerignore": "\n".join(ignored)}
    sources = Sources(service(inputs=tuple(inputs)), FakeTree(files))
    found, unclaimed = affected(Changes.of([Change(path)]), {"delivery": sources}, NOTHING_ELSE)
    assert bool(found) != bool(unclaimed)
    if sources.goes_in(Change(path)):
        assert [one.service for one in found] == ["delivery"]
