"""A container engine in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import BuildRequest, Built, ContainerExit, Digest, LocalImage, Ref

_PROVENANCE = {"buildType": "https://mobyproject.org/buildkit@v1", "builder": {"id": ""}}


@dataclass(frozen=True)
class ScriptedRun:
    """What running an image is to give: its end, and the files it leaves in its results folder."""

    exit: ContainerExit
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass
class FakeBuilder:
    """Images are known by their tags; what stages do is scripted by the name of the stage.

    :param users: user of the image that a stage builds; root (empty) where none is given.
    :param labels: labels that the Dockerfile itself gives the image of a stage.
    :param runs: how the image of a stage runs; a stage without a script ends with 0 and no output.
    :param failures: stages that do not build, each with its last lines.
    :param provenance: what it tells of every build, besides the arguments.
    :param pushed_images: ids of what was pushed, in order.
    :param on_cache: told where a build is to leave its cache; gives the digest that the registry records, or
        None if it took none.
    :param on_push: told of each push (to make the image known to a fake registry); gives the digest that
        the registry records, or None for the fake's own.
    """

    users: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Mapping[str, str]] = field(default_factory=dict)
    runs: dict[str, ScriptedRun] = field(default_factory=dict)
    failures: dict[str, Sequence[str]] = field(default_factory=dict)
    on_push: Callable[[LocalImage, Ref], Digest | None] = lambda _image, _ref: None
    on_cache: Callable[[Ref], Digest | None] = lambda _ref: None
    provenance: Mapping[str, Any] = field(default_factory=lambda: dict(_PROVENANCE))
    built: list[BuildRequest] = field(default_factory=list)
    environments: list[Mapping[str, str]] = field(default_factory=list)
    pushed: dict[str, Digest] = field(default_factory=dict)
    pushed_images: list[str] = field(default_factory=list)
    _images: dict[str, LocalImage] = field(default_factory=dict)
    _by_id: dict[str, LocalImage] = field(default_factory=dict)
    _stages: dict[str, str] = field(default_factory=dict)

    def build(self, request: BuildRequest) -> Built:
        self.built.append(request)
        what = f"build {request.tag} (stage {request.target})"
        if request.target in self.failures:
            lines = tuple(self.failures[request.target])
            raise FlowError(what, lines[-1], code=ExitCode.BUILD_FAILED, details=lines)
        labels = {**self.labels.get(request.target, {}), **request.labels}
        identity = f"sha256:{hashlib.sha256(_content(replace(request, labels=labels))).hexdigest()}"
        user = self.users.get(request.target, "")
        image = LocalImage(identity, labels, user, (_full(request.tag),))
        self._images[_full(request.tag)] = self._by_id[identity] = image
        self._stages[identity] = request.target
        args = {f"build-arg:{name}": value for name, value in request.args.items()}
        cache = self.on_cache(request.cache_to) if request.cache_to else None
        return Built({**self.provenance, "invocation": {"parameters": {"args": args}}}, cache)

    def inspect(self, tag: str) -> LocalImage | None:
        return self._images.get(_full(tag)) or self._by_id.get(tag)

    def run(
        self, image: str, *, results_from: str, results_to: Path, env: Mapping[str, str]
    ) -> ContainerExit:
        found = self._present(image, f"create a container of {image}")
        self.environments.append(dict(env))
        results_to.mkdir(parents=True, exist_ok=True)
        script = self.runs.get(self._stages[found.id], ScriptedRun(ContainerExit(0, "")))
        for name, data in script.files.items():
            path = results_to / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return script.exit

    def push(self, tag: str, ref: Ref) -> Digest:
        image = self._present(tag, f"push {tag} as {ref}")
        self.pushed_images.append(image.id)
        own = Digest(f"sha256:{hashlib.sha256(f'manifest of {image.id}'.encode()).hexdigest()}")
        self.pushed[str(ref)] = self.on_push(image, ref) or own
        return self.pushed[str(ref)]

    def _present(self, tag: str, what: str) -> LocalImage:
        image = self.inspect(tag)
        if image is None:
            raise FlowError(what, f"No such image: {_full(tag)}", code=ExitCode.TOOL_FAILED)
        return image


@dataclass
class FakeProvenance:
    """The port ``ProvenanceStore``."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def keep(self, image: str, document: bytes) -> None:
        self.kept.setdefault(image, document)

    def of(self, image: str) -> bytes | None:
        return self.kept.get(image)


def _full(tag: str) -> str:
    """Docker's reading of a name without a tag."""
    return tag if ":" in tag.rpartition("/")[2] else f"{tag}:latest"


def _content(request: BuildRequest) -> bytes:
    """What makes two builds equal: the request without its name, and the context's files.

    Without `.build`, where other builds may be at work.
    """
    context = Path(request.context)
    inside = [path for top in context.iterdir() if top.name != ".build" for path in (top, *top.rglob("*"))]
    files = {
        str(path.relative_to(context)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(inside)
        if path.is_file()
    }
    wanted = (request.target, request.args, request.labels, request.contexts, files)
    return msgspec.json.encode(wanted, order="deterministic")
