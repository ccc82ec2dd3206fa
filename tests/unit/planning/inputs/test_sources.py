"""What a service is built from, derived from its files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Change, Reason
from build_tasks.planning.inputs.sources import Sources
from build_tasks.planning.inputs.tree import followed
from tests.fakes.samples import service
from tests.fakes.tree import FakeTree

OWN = "services/delivery"
CHART = f"{OWN}/chart/Chart.yaml"
STAGES = "FROM scratch AS build\nFROM build AS testrunner\nFROM build AS final\n"
LIBRARY = "dependencies: [{name: micro, version: 1.0.0, repository: file://../../shared/chart}]\n"


def derived(
    copies: str,
    files: dict[str, str] | None = None,
    links: dict[str, str] | None = None,
    *inputs: str,
) -> Sources:
    """The sources of a service with these lines in its Dockerfile."""
    tree = FakeTree({f"{OWN}/Dockerfile": STAGES + copies, **(files or {})}, links or {})
    return Sources(replace(service(), inputs=inputs), tree)


def places(found: Sources) -> dict[str, Reason]:
    return {claim.place: claim.reason for claim in found.listed}


def holding(found: Sources, path: str, *, closed: bool = False) -> list[Reason]:
    """Why a change at or below the places concerns the service, apart from being in its folder."""
    near = [c for c in found.elsewhere() if c.place == "." or f"{path}/".startswith(f"{c.place}/") or closed]
    return [claim.reason for claim in near if claim.holds(Change(path, closed))]


def test_its_folder_comes_first_and_what_is_in_it_is_not_told_twice() -> None:
    found = derived(f"COPY {OWN}/src services/shared/*.py contracts /\n")
    assert places(found) == {
        OWN: Reason.OWN_FOLDER,
        "services/shared": Reason.COPIED,
        "contracts": Reason.COPIED,
    }
    assert found.paths == [OWN, "services/shared", "contracts"]
    assert [c.pattern for c in found.listed] == [OWN, "services/shared/*.py", "contracts"]
    assert found.listed[1].how == "its Dockerfile copies services/shared/*.py"


def test_a_chart_that_its_chart_stands_on() -> None:
    found = derived("", {CHART: LIBRARY, "services/shared/chart/Chart.yaml": "name: micro\nversion: 1.0.0\n"})
    assert places(found)["services/shared/chart"] is Reason.CHART
    assert not found.goes_in(Change("services/shared/chart/Chart.yaml"))


def test_what_its_service_toml_names() -> None:
    found = derived("", {}, {}, "contracts/**/*.proto", "!contracts/old", "VERSION")
    assert places(found) == {
        OWN: Reason.OWN_FOLDER,
        "contracts": Reason.EXTRA_INPUT,
        "VERSION": Reason.EXTRA_INPUT,
    }
    assert holding(found, "contracts/a/b.proto") == [Reason.EXTRA_INPUT]
    for path in ("contracts/a/b.txt", "contracts/old/b.proto"):
        assert holding(found, path) == []
    assert found.elsewhere()[0].how == f"an input that {OWN}/service.toml names (contracts/**/*.proto)"
    assert found.goes_in(Change("contracts/a/b.proto")) and not found.goes_in(Change("contracts/old/b.proto"))


IGNORE = "**\n!services/shared\n**/*.md\n"


@pytest.mark.parametrize("name", [".dockerignore", f"{OWN}/Dockerfile.dockerignore"])
def test_what_the_ignore_file_leaves_out_is_not_built_from(name: str) -> None:
    found = derived("COPY services/shared tools /\n", {name: IGNORE})
    assert holding(found, "services/shared/x.py") == [Reason.COPIED]
    assert holding(found, "services/shared/x.md") == []
    assert holding(found, "tools/x") == []
    assert [found.goes_in(Change(path)) for path in ("services/shared/x.py", "services/shared/x.md")] == [
        True,
        False,
    ]


def test_the_dockerfile_s_own_ignore_file_wins() -> None:
    files = {".dockerignore": "**", f"{OWN}/Dockerfile.dockerignore": "tools/x"}
    found = derived("COPY tools /\n", files)
    assert holding(found, "tools/y") == [Reason.COPIED]
    assert holding(found, "tools/x") == []
    assert ".dockerignore" not in places(found)


def test_the_ignore_file_of_the_root_is_one_of_its_sources_even_when_it_is_gone() -> None:
    there, gone = derived("", {".dockerignore": "x"}), derived("")
    assert places(there)[".dockerignore"] is Reason.IGNORE_FILE
    assert holding(there, ".dockerignore") == holding(gone, ".dockerignore") == [Reason.IGNORE_FILE]
    assert gone.paths == [OWN]


def test_an_ignore_file_that_docker_refuses() -> None:
    found = derived("COPY tools /\n", {".dockerignore": "a\n[b\n"})
    with pytest.raises(FlowError, match=r"\.dockerignore: '\[b' has a \[") as refused:
        found.goes_in(Change("tools/x"))
    assert refused.value.code is ExitCode.CONFIG


def test_what_goes_into_an_image() -> None:
    copies = f"COPY {OWN}/*.lock shared /\nCOPY --exclude=*.txt docs /\n"
    found = derived(copies, {".dockerignore": "**/*.md\n"})
    goes = [f"{OWN}/Dockerfile", ".dockerignore", f"{OWN}/a.lock", "shared/x", "docs/x"]
    stays = [f"{OWN}/README", f"{OWN}/a/b.lock", "shared/x.md", "docs/x.txt", CHART, "README.md"]
    assert [path for path in (*goes, *stays) if found.goes_in(Change(path))] == goes
    assert found.image_paths == [f"{OWN}/Dockerfile", ".dockerignore", OWN, "shared", "docs"]


def test_links_that_copy_names_are_followed() -> None:
    links = {f"{OWN}/common": "../../libs/common", "libs/common": "/vendor/common"}
    found = derived(f"COPY {OWN}/common/src /\n", {}, links)
    assert [source.path for source in found.copied] == [f"{OWN}/common", "libs/common", "vendor/common/src"]
    assert places(found) == {
        OWN: Reason.OWN_FOLDER,
        "libs/common": Reason.COPIED,
        "vendor/common/src": Reason.COPIED,
    }
    assert holding(found, "vendor/common/src/x") == [Reason.COPIED]


def test_links_that_a_pattern_finds_are_followed() -> None:
    links = {f"{OWN}/a.conf": "../../conf/a.conf", f"{OWN}/deep/b.conf": "../x", "c.conf": "conf/c.conf"}
    found = derived(f"COPY {OWN}/*.conf /\n", {}, links)
    assert [source.path for source in found.copied] == [f"{OWN}/*.conf", "conf/a.conf"]
    assert not found.copied[1].is_pattern


def test_links_in_a_folder_are_copied_as_links() -> None:
    found = derived(
        f"COPY {OWN}/src /\nCOPY --parents {OWN}/lib/*/x /\n", {}, {f"{OWN}/src/x": "/y", f"{OWN}/lib": "/z"}
    )
    assert [source.folder for source in found.copied] == [f"{OWN}/src", f"{OWN}/lib"]


def test_a_service_whose_own_files_are_elsewhere() -> None:
    links = {f"{OWN}/Dockerfile": "../shared/Dockerfile", f"{OWN}/chart": "/charts/plain"}
    found = derived("", {}, links)
    assert places(found) == {
        OWN: Reason.OWN_FOLDER,
        "services/shared/Dockerfile": Reason.DOCKERFILE,
        "charts/plain": Reason.CHART,
    }
    assert found.image_paths == ["services/shared/Dockerfile"]


@pytest.mark.parametrize(
    ("path", "links", "over", "end"),
    [
        ("a/b", {}, [], "a/b"),
        ("a/b", {"a": "c"}, ["a"], "c/b"),
        ("a/b", {"a": "../../c"}, ["a"], "c/b"),
        ("a/b/c", {"a/b": "../d/./e"}, ["a/b"], "d/e/c"),
        ("a", {"a": "b", "b": "c"}, ["a", "b"], "c"),
        ("a", {"a": "/"}, ["a"], "."),
        (".", {}, [], "."),
        ("a/x", {"a": "b", "b": "a"}, [], "a/x"),
    ],
)
def test_where_links_lead(path: str, links: dict[str, str], over: list[str], end: str) -> None:
    assert followed(path, FakeTree({}, links)) == (over, end)


@pytest.mark.parametrize(
    ("copy", "ignore", "path", "concerned"),
    [
        ("vendor/lib/src", "", "vendor/lib", True),
        ("vendor/lib/src", "vendor", "vendor/lib", False),
        ("vendor/lib/src", "**\n!vendor/lib/src", "vendor/lib", True),
        ("vendor", "vendor/lib", "vendor/lib", False),
        ("vendor/*/src", "", "vendor/lib", True),
        ("vendor/a*/src", "", "vendor/lib", False),
    ],
)
def test_a_submodule(copy: str, ignore: str, path: str, concerned: bool) -> None:
    found = derived(f"COPY {copy} /\n", {".dockerignore": ignore})
    assert (Reason.COPIED in holding(found, path, closed=True)) == concerned


@pytest.mark.parametrize(
    ("inputs", "concerned"), [("vendor/lib/x.proto", True), ("**/*.proto", True), ("other", False)]
)
def test_a_submodule_that_a_service_toml_looks_into(inputs: str, concerned: bool) -> None:
    found = derived("", {}, {}, inputs)
    assert (Reason.EXTRA_INPUT in holding(found, "vendor/lib", closed=True)) == concerned


def test_a_dockerfile_that_is_not_there() -> None:
    with pytest.raises(FlowError, match=f"{OWN}/Dockerfile: No such file") as refused:
        _ = Sources(service(), FakeTree({})).paths
    assert refused.value.code is ExitCode.CONFIG
