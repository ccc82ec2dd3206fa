"""What a command does to images, told from its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename

from build_tasks.planning.ci_lint.pipelines import Deed
from build_tasks.planning.dockerfiles.dockerfile import BUILD, TESTRUNNER

#: Programs, actions, tasks and templates that look for vulnerabilities in images.
SCANNERS = re.compile(
    r"trivy|grype|snyk|anchore|clair|aquasec|twistcli|twistlock|prisma-?cloud|sysdig|wizcli|qualys|scout"
    r"|container[-_ ]?scan|image[-_ ]?scan|MicrosoftSecurityDevOps|security-devops-action",
    re.I,
)
_ENGINES = {"docker", "podman", "nerdctl", "buildah", "docker-compose"}
_GROUPS = {"image", "buildx", "compose", "builder"}
_BUILDERS = {"kaniko": (), "executor": (), "pack": ("build",), "skaffold": ("build", "run"), "ko": ("build",)}
_COPIERS = {"crane", "skopeo", "oras", "regctl"}
_INV = {"inv", "invoke", "build_tasks"}
_TASK = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z_-]*")
_TAGS = {"-t", "--tag", "--destination", "-d", "--image"}


@dataclass(frozen=True)
class Done:
    """:param names: paths and tasks that the command names; :param detail: its words, for the reader."""

    deed: Deed
    names: frozenset[str] = frozenset()
    detail: str = ""


def done_by(words: Sequence[str]) -> Iterator[Done]:
    """What a command does that is judged; nothing for most commands."""
    for at, word in enumerate(words):
        program, rest = basename(word), words[at + 1 :]
        if program in _ENGINES:
            yield from _engine(program, rest)
        elif program == "az" and rest[:2] == ["acr", "build"]:
            yield from image_built(rest[2:], pushed=True)
        elif (program == "buildctl" and "build" in rest) or (program in _BUILDERS and _calls(program, rest)):
            yield from image_built(rest, pushed=program in ("kaniko", "executor"))
        elif program in _COPIERS and rest and _is_latest(rest[-1]):
            yield Done(Deed.PUSHES_LATEST, detail=" ".join(words[at:]))
        elif SCANNERS.match(program):
            yield Done(Deed.SCANS)
        elif program in _INV:
            yield from _tasks(rest)
        else:
            continue
        return


def image_built(words: Sequence[str], *, pushed: bool) -> Iterator[Done]:
    """What follows from the arguments of a build: which stage, and whether it is pushed as ``latest``."""
    options = dict(_options(words))
    target = options.get("--target", "")
    deed = Deed.BUILDS_STAGE if is_other_stage(target) else Deed.BUILDS_IMAGE
    yield Done(deed, frozenset(words), f"--target {target}" if target else "")
    pushed |= "--push" in words or any(
        "registry" in v or "push" in v for k, v in options.items() if k == "-o"
    )
    tags = [value for name, value in _options(words) if name in _TAGS]
    if pushed and any(map(is_latest_image, tags)):
        yield Done(Deed.PUSHES_LATEST, detail=next(filter(is_latest_image, tags)))


def is_other_stage(target: str) -> bool:
    """A ``--target`` that is not the runtime image: a stage of the flow, or by its name a builder's."""
    return target in (BUILD, TESTRUNNER) or re.search(r"test|lint|build|dev", target.lower()) is not None


def is_latest_image(image: str) -> bool:
    """An image's name that is, or without a tag would be, ``latest``; not one that a variable completes."""
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return tag == "latest" if colon else not ("$" in image or "@" in image or not image)


def _is_latest(word: str) -> bool:
    return word == "latest" or word.endswith(":latest")


def _engine(program: str, words: Sequence[str]) -> Iterator[Done]:
    plain = [word for word in words if not word.startswith("-")]
    if plain[:1] and plain[0] in _GROUPS:
        plain = plain[1:]
    verb = plain[0] if plain else ""
    if verb in ("build", "bud", "bake"):
        yield from image_built(words, pushed=False)
    elif verb in ("scout", "scan") or (verb == "run" and any(map(SCANNERS.search, plain))):
        yield Done(Deed.SCANS)
    elif verb == "push" and program != "docker-compose" and words[:1] != ["compose"]:
        images = [word for word in plain[1:] if is_latest_image(word)]
        if images:
            yield Done(Deed.PUSHES_LATEST, detail=f"{program} push {images[0]}")
    elif verb == "imagetools" and any(_is_latest(value) for name, value in _options(words) if name in _TAGS):
        yield Done(Deed.PUSHES_LATEST, detail=f"{program} buildx imagetools create")


def _calls(program: str, words: Sequence[str]) -> bool:
    verbs = _BUILDERS[program]
    return not verbs or (bool(words) and words[0] in verbs)


def _tasks(words: Sequence[str]) -> Iterator[Done]:
    for task in (word for word in words if _TASK.fullmatch(word)):
        verb = task.rpartition(".")[2]
        if task == "ci.run":
            yield Done(Deed.RUNS_FLOW, frozenset([task]), task)
            return
        if verb == "scan":
            yield Done(Deed.SCANS, frozenset([task]), task)
        elif verb in ("image", "push"):
            yield Done(Deed.BUILDS_IMAGE, frozenset([task]), task)
        elif verb in ("build", "test"):
            yield Done(Deed.BUILDS_STAGE, frozenset([task]), task)


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, whether joined by ``=`` or following."""
    for at, word in enumerate(words):
        name, equals, joined = word.partition("=")
        if word.startswith("-"):
            following = words[at + 1] if at + 1 < len(words) else ""
            yield name, joined if equals else following
