"""What a Dockerfile copies in and is based on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from build_tasks.errors import ExitCode, FlowError

#: Stages every service's Dockerfile has, by what the tasks use them for.
BUILD, TESTRUNNER, FINAL = "build", "testrunner", "final"


@dataclass(frozen=True)
class Dockerfile:
    """A parsed Dockerfile.

    :param stages: names of its stages, in order.
    :param bases: references of images that it does not build itself, without duplicates.
    :param sources: paths that it copies from the build context, in the order of the file.
    """

    stages: tuple[str, ...]
    bases: tuple[str, ...]
    sources: tuple[str, ...]


def parse(text: str, path: str) -> Dockerfile:
    """Read a Dockerfile whose COPY sources are literal paths.

    :param path: its name, for messages.
    :raises FlowError: CONFIG for a source with a variable, or a missing stage.
    """
    from dockerfile_parse import DockerfileParser

    parser = DockerfileParser(fileobj=BytesIO(text.encode()))
    stages: list[str] = []
    bases: list[str] = []
    sources: list[str] = []
    for entry in parser.structure:
        line, value = entry["startline"] + 1, entry["value"]
        match entry["instruction"]:
            case "FROM":
                image, stage = _from(value)
                if image not in stages and image != "scratch" and image not in bases:
                    bases.append(image)
                stages.append(stage)
            case "COPY" | "ADD":
                sources += [_literal(source, path, line) for source in _sources(value)]
    _check_stages(stages, path)
    return Dockerfile(tuple(stages), tuple(bases), tuple(dict.fromkeys(sources)))


def _from(value: str) -> tuple[str, str]:
    words = [word for word in value.split() if not word.startswith("--")]
    stage = words[2] if len(words) == 3 and words[1].lower() == "as" else ""
    return words[0], stage


def _sources(value: str) -> Iterator[str]:
    words = _words(value)
    flags = [word for word in words if word.startswith("--")]
    if any(flag.startswith("--from=") for flag in flags):
        return
    paths = [word for word in words if not word.startswith("--")]
    yield from (source for source in paths[:-1] if not re.match(r"[a-z]+://", source))


def _words(value: str) -> Sequence[str]:
    start = value.find("[")
    flags = value[: max(start, 0)].split()
    if start >= 0 and all(flag.startswith("--") for flag in flags):
        return [*flags, *json.loads(value[start:])]
    return value.split()


def _literal(source: str, path: str, line: int) -> str:
    if "$" in source:
        raise FlowError(
            "find out what the image is built from",
            f"{path}:{line}: COPY source {source!r} has a variable",
            "write the path out: what triggers a build is derived from it",
            code=ExitCode.CONFIG,
        )
    return source.removeprefix("./").strip("/") or "."


def _check_stages(stages: Sequence[str], path: str) -> None:
    missing = [stage for stage in (BUILD, TESTRUNNER, FINAL) if stage not in stages]
    if missing:
        raise FlowError(
            "read the Dockerfile",
            f"{path}: no stage named {' or '.join(missing)}",
            f"name the stages {BUILD}, {TESTRUNNER} and {FINAL} (FROM ... AS {missing[0]})",
            code=ExitCode.CONFIG,
        )
