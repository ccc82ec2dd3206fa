"""What a Dockerfile copies in and is based on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import normpath
from string import Template

from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.dockerfile_text import plain_text

#: Stages every service's Dockerfile has, by what the tasks use them for.
BUILD, TESTRUNNER, FINAL = "build", "testrunner", "final"

_URL = re.compile(r"[a-z+]+://|git@")
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Dockerfile:
    """A parsed Dockerfile.

    :param stages: names of its stages in lower case (Docker ignores their case), in order.
    :param bases: references of images that it does not build itself, without duplicates.
    :param sources: paths that it copies from the build context, in the order of the file, without duplicates;
        for a pattern (``*.lock``) the folder it is matched in.
    """

    stages: tuple[str, ...]
    bases: tuple[str, ...]
    sources: tuple[str, ...]


def parse(text: str, path: str) -> Dockerfile:
    """Read a Dockerfile whose COPY sources are literal paths.

    FROM and --from may use ARGs with a default that stand before the first FROM.

    :param path: its name, for messages.
    :raises FlowError: CONFIG for a source or an image with a variable, or a missing stage.
    """
    from dockerfile_parse import DockerfileParser

    reader = _Reader(path)
    parser = DockerfileParser(fileobj=BytesIO(plain_text(text).encode()))
    for entry in parser.structure:
        reader.read(entry["instruction"], entry["value"], entry["startline"] + 1)
    _check_stages(reader.stages, path)
    bases, sources = dict.fromkeys(reader.bases), dict.fromkeys(reader.sources)
    return Dockerfile(tuple(reader.stages), tuple(bases), tuple(sources))


@dataclass
class _Reader:
    """Takes one instruction after the other (https://docs.docker.com/reference/dockerfile/)."""

    path: str
    stages: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    _args: dict[str, str] = field(default_factory=dict)

    def read(self, instruction: str, value: str, line: int) -> None:
        match instruction:
            case "ARG" if not self.stages:
                name, has_default, default = value.partition("=")
                if has_default:
                    self._args[name.strip()] = default.strip().strip("\"'")
            case "FROM":
                self._from(value, line)
            case "COPY" | "ADD":
                self._copy(value, line)
            case "RUN":
                self._mounts(value, line)

    def _from(self, value: str, line: int) -> None:
        words = [word for word in value.split() if not word.startswith("--")]
        self._image(words[0] if words else "", line)
        self.stages.append(words[2].lower() if len(words) == 3 and words[1].lower() == "as" else "")

    def _copy(self, value: str, line: int) -> None:
        words = _words(value)
        flags = dict(word[2:].partition("=")[::2] for word in words if word.startswith("--"))
        if "from" in flags:
            self._image(flags["from"], line)
            return
        paths = [word for word in words if not word.startswith("--")]
        self._context(paths[:-1], line)

    def _mounts(self, value: str, line: int) -> None:
        """``RUN --mount=type=bind`` shows the build context (or an image) as COPY would copy it."""
        for flag in re.findall(r"--mount=(\S+)", value):
            options = dict(option.partition("=")[::2] for option in flag.split(","))
            if "from" in options:
                self._image(options["from"], line)
            elif options.get("type", "bind") == "bind":
                self._context([options.get("source") or options.get("src") or "."], line)

    def _image(self, written: str, line: int) -> None:
        image = Template(written).safe_substitute(self._args)
        if not image or "$" in image:
            why = f"{self.path}:{line}: image {written!r} has a variable that no ARG above gives a default"
            raise _unclear(why, "declare it before the first FROM (ARG NAME=default)")
        if image.lower() not in [*self.stages, "scratch"] and not image.isdigit():
            self.bases.append(image)

    def _context(self, sources: Sequence[str], line: int) -> None:
        for source in sources:
            if source.startswith("<<") or _URL.match(source):
                continue
            if "$" in source:
                why = f"{self.path}:{line}: source {source!r} has a variable"
                raise _unclear(why, "write the path out: what triggers a build is derived from it")
            self.sources.append(_inside(source))


def _words(value: str) -> Sequence[str]:
    """The words of COPY's shell form or JSON form, flags first in both."""
    flags, bracket, rest = value.partition("[")
    if bracket and all(flag.startswith("--") for flag in flags.split()):
        try:
            return [*flags.split(), *map(str, json.loads(bracket + rest))]
        except ValueError:
            # As Docker does: what is not JSON is words.
            pass
    return value.split()


def _inside(source: str) -> str:
    """A path from the root of the build context, as Docker resolves it: it cannot lead out of there."""
    pattern = _PATTERN.search(source)
    if pattern:
        source = source[: pattern.start()].rpartition("/")[0]
    return normpath(f"/{source}").lstrip("/") or "."


def _unclear(why: str, fix: str) -> FlowError:
    return FlowError("find out what the image is built from", why, fix, code=ExitCode.CONFIG)


def _check_stages(stages: Sequence[str], path: str) -> None:
    missing = [stage for stage in (BUILD, TESTRUNNER, FINAL) if stage not in stages]
    if missing:
        raise FlowError(
            "read the Dockerfile",
            f"{path}: no stage named {' or '.join(missing)}",
            f"name the stages {BUILD}, {TESTRUNNER} and {FINAL} (FROM ... AS {missing[0]})",
            code=ExitCode.CONFIG,
        )
