"""What well-known actions do to images.

- https://github.com/docker/build-push-action
- https://github.com/docker/metadata-action (the tag ``latest`` is added by default: ``flavor: latest=auto``)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from build_tasks.planning.ci_lint.commands.deeds import SCANNERS, Done, is_latest_image, is_other_stage
from build_tasks.planning.ci_lint.pipelines import Deed

_BUILDERS = re.compile(r"build-push-action|buildah-build|bake-action|kaniko|docker-build", re.I)
#: Kinds of tags after which metadata-action adds `latest` by itself.
_VERSIONS = re.compile(r"type=(semver|pep440|match|ref,event=tag)")


def done_by_action(uses: str, inputs: Mapping[str, str]) -> Iterator[Done]:
    """What an action does that is judged.

    :param uses: ``docker/build-push-action@v6``.
    :param inputs: what ``with`` says; variables filled in as far as they are known.
    """
    name = uses.partition("@")[0]
    if SCANNERS.search(name):
        yield Done(Deed.SCANS)
    elif name.endswith("/metadata-action"):
        yield from _tags(inputs)
    elif _BUILDERS.search(name):
        yield from _built(inputs)


def _built(inputs: Mapping[str, str]) -> Iterator[Done]:
    target = inputs.get("target", "")
    deed = Deed.BUILDS_STAGE if is_other_stage(target) else Deed.BUILDS_IMAGE
    paths = [
        path
        for key in ("file", "context", "workdir", "containerfiles")
        for path in inputs.get(key, "").split()
    ]
    yield Done(deed, frozenset(paths), f"target: {target}" if target else "")
    pushed = inputs.get("push", "false").lower() != "false" or "push" in inputs.get("outputs", "")
    tags = re.split(r"[\s,]+", inputs.get("tags", "").strip())
    if pushed and any(map(is_latest_image, tags)):
        yield Done(Deed.PUSHES_LATEST, detail=f"tags: {next(filter(is_latest_image, tags))}")


def _tags(inputs: Mapping[str, str]) -> Iterator[Done]:
    """The flavor says when ``latest`` is added; unless it says otherwise, to every version."""
    tags = inputs.get("tags", "")
    flavor = re.search(r"latest=(\S+)", inputs.get("flavor", ""))
    if re.search(r"type=raw,(value=)?latest", tags) or (flavor and flavor[1] == "true"):
        yield Done(Deed.PUSHES_LATEST, detail="latest=true" if flavor else "type=raw,value=latest")
    elif (flavor is None or flavor[1] == "auto") and (not tags or _VERSIONS.search(tags)):
        yield Done(Deed.PUSHES_LATEST, detail="metadata-action adds latest to versions")
