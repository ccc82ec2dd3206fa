"""What Azure's own tasks do to images.

- https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/docker-v1
- https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/docker-v2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from build_tasks.planning.ci_lint.commands.deeds import SCANNERS, Done, image_built, is_latest_image
from build_tasks.planning.ci_lint.pipelines import Deed

#: Inputs that hold a script.
SCRIPTS = ("script", "inlinescript", "inline")
_PATHS = ("dockerfile", "buildcontext", "dockerfiles", "dockercomposefile", "cwd")


def done_by_task(task: str, inputs: Mapping[str, str]) -> Iterator[Done]:
    """What a task does that is judged.

    :param task: ``Docker@1``.
    :param inputs: their names in lower case; variables filled in as far as they are known.
    """
    name, _, version = task.lower().rpartition("@")
    if SCANNERS.search(task):
        yield Done(Deed.SCANS)
    elif name in ("docker", "dockercompose"):
        first = "buildAndPush" if (name, version) == ("docker", "2") else "Build an image"
        command = (inputs.get("command") or inputs.get("action") or first).lower()
        yield from _docker(command, inputs)


def _docker(command: str, inputs: Mapping[str, str]) -> Iterator[Done]:
    pushes = "push" in command
    if "build" in command:
        words = f"{inputs.get('arguments', '')} {inputs.get('buildarguments', '')}".split()
        paths = [inputs[name] for name in _PATHS if name in inputs]
        yield from image_built([*words, *paths], pushed=False)
    if ("build" in command or pushes) and inputs.get("includelatesttag", "").lower() == "true":
        yield Done(Deed.PUSHES_LATEST, detail="includeLatestTag: true")
    elif pushes and _pushes_latest(inputs):
        yield Done(Deed.PUSHES_LATEST, detail=_pushes_latest(inputs))


def _pushes_latest(inputs: Mapping[str, str]) -> str:
    """The input that says so; empty if none does."""
    for name in ("tags", "additionalimagetags"):
        if "latest" in inputs.get(name, "").replace(",", "\n").split():
            return f"{name}: latest"
    image = inputs.get("imagename", "")
    return f"imageName: {image}" if is_latest_image(image) else ""
