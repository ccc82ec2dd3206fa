"""What is derived from a Dockerfile is what BuildKit copies, file by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.model.affected import Change
from build_tasks.planning.inputs.sources import Sources
from build_tasks.steps.checkout import WorkingTree
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.fakes.samples import service

OWN = "services/delivery"
STAGES = "FROM scratch AS build\nFROM build AS testrunner\nFROM testrunner AS final\n"
#: Every name but the folders' is there once: files end in one folder, and are told by what is in them.
FILES = [
    "root.md",
    "root.txt",
    "arr[0].txt",
    "with space.txt",
    "shared/one.py",
    "shared/one.md",
    "shared/deep/two.py",
    "shared/deep/two.md",
    "shared/deep/deeper/three.py",
    "shared/deep/deeper/.hidden",
    "share/four.py",
    "libs/a/src/five.c",
    "libs/a/test/five_test.c",
    "libs/b/src/six.c",
    "libs/b/keep.md",
    f"{OWN}/seven.lock",
    f"{OWN}/eight.lock",
    f"{OWN}/sub/nine.lock",
]
LINKS = {"alias": "shared/deep", "libs/link.c": "../share/four.py", "libs/a/inside": "../b"}

ON_BUILD = "FROM scratch AS first\nONBUILD COPY root.md /d/\n"
OTHERS = "FROM scratch AS other\nCOPY share /d/\nFROM other AS unused\nCOPY . /d/\n"

#: The last lines of the Dockerfile; and its first ones (default: the stages), or an ignore file behind a bar.
CASES: dict[str, tuple[str, str]] = {
    "a folder": ("COPY shared /d/", ""),
    "its name in full": ("COPY ./shared/../shared//deep/ /d/", ""),
    "everything": ("COPY . /d/", ""),
    "JSON": ('COPY ["with space.txt", "root.md", "/d/"]', ""),
    "a quoted word": ("COPY \"root.md\" 'root.txt' /d/", ""),
    "stars": (f"COPY {OWN}/*.lock *.md /d/", ""),
    "a star for a folder": ("COPY libs/*/src /d/", ""),
    "a question mark": ("COPY shar? /d/", ""),
    "a class": ("COPY libs/[a]/src arr[[]0].txt /d/", ""),
    "two stars are one": ("COPY shared/**/two.py /d/", ""),
    "a pattern without a match": ("COPY root.md nothing*.x /d/", ""),
    "ADD": ("ADD shared root.txt /d/", ""),
    "excluded": ("COPY --exclude=*.md --exclude=deep/deeper shared /d/", ""),
    "excluded everywhere": ("COPY --exclude=**/*.md --exclude=!**/two.md shared /d/", ""),
    "excluded below a pattern": ("COPY --exclude=*.md --exclude=*.txt root.* shar* /d/", ""),
    "with parents": ("COPY --parents libs/*/src /d/", ""),
    "with parents anywhere": ("COPY --parents **/*.md /d/", ""),
    "with parents from a pivot": ("COPY --parents --exclude=deeper ./shared/./**/*.py /d/", ""),
    "a link": ("COPY alias /d/", ""),
    "through a link": ("COPY alias/deeper /d/", ""),
    "a link that a pattern finds": ("COPY libs/*.c /d/", ""),
    "links in a folder": ("COPY libs/a /d/", ""),
    "continued": ("COPY shared/one.py \\\n  # why\n\n  root.md \\\n  /d/", ""),
    "another escape": ("", "# escape=`\n" + STAGES + "COPY shared/one.py `\n  root.md /d/\n"),
    "here-documents": (
        "COPY <<one <<-two /d/\nCOPY root.md /d/\none\n\tCOPY root.md /d/\n\ttwo\nCOPY root.txt /d/",
        "",
    ),
    "what is left for later": ("", f"{ON_BUILD}{STAGES.replace('scratch', 'first')}"),
    "other stages": ("COPY --from=other /d /d", f"{OTHERS}{STAGES}"),
    "ignored": ("COPY . /d/", "|**/*.md\n!**/two.md\nlibs\n"),
    "ignored but for some": ("COPY . /d/", "|**\n!shared\n!libs/*/src\nshared/**/*.md\n"),
    "ignored by prefix": ("COPY shared /d/", "|shared/deep/**\n!shared/deep/deeper/three.py\n"),
    "ignored by ending": ("COPY . /d/", "|**one.md\n/shared/deep/\n*.txt\n"),
    "ignored by class": ("COPY . /d/", "|libs/[^a]\n?oot.md\n"),
    "ignored where a link leads": ("COPY alias /d/", "|shared/deep/deeper\n"),
}


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A repository whose files have their own names in them."""
    root = tmp_path / "context"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    return root


@pytest.mark.parametrize(("copy", "more"), CASES.values(), ids=CASES.keys())
def test_what_is_derived_is_what_is_built(
    docker_client: DockerClient, context: Path, tmp_path: Path, copy: str, more: str
) -> None:
    before, bar, ignored = more.partition("|")
    (context / OWN / "Dockerfile").write_text((before or STAGES) + copy)
    if bar:
        (context / ".dockerignore").write_text(ignored)
    assert _derived(context) == _built(docker_client, context, tmp_path / "image")


def test_the_dockerfile_s_own_ignore_file_wins(
    docker_client: DockerClient, context: Path, tmp_path: Path
) -> None:
    (context / OWN / "Dockerfile").write_text(f"{STAGES}COPY . /d/\n")
    (context / OWN / "Dockerfile.dockerignore").write_text("libs\nshare\n")
    (context / ".dockerignore").write_text("**\n")
    assert _derived(context) == _built(docker_client, context, tmp_path / "image")


def _derived(context: Path) -> set[str]:
    sources = Sources(service(), WorkingTree(context))
    return {name for name in FILES if sources.goes_in(Change(name))}


def _built(docker_client: DockerClient, context: Path, image: Path) -> set[str]:
    """The files of the context that are in the image, by what is in them."""
    words = ("--target=final", "--progress=plain", f"--output=type=local,dest={image}")
    dockerfile = f"--file={context / OWN / 'Dockerfile'}"
    what = "build what the test copies"
    lines: list[str] = []
    done = docker_client.buildx("build", *words, dockerfile, str(context), what=what, on_line=lines.append)
    assert done.status == 0, "\n".join(lines)
    texts = {file.read_text() for file in image.rglob("*") if file.is_file() and not file.is_symlink()}
    return texts & set(FILES)
