"""Building the stages of a service's Dockerfile, each once for its inputs."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import dataclass

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import BuildRequest, LocalImage
from build_tasks.model.service import Service
from build_tasks.planning import dockerfile
from build_tasks.planning.inputs import InputFile, Inputs
from build_tasks.planning.names import local_image
from build_tasks.steps.workbench import Workbench

#: Label with the inputs hash; what tells that two images are the same content.
INPUTS_LABEL = "build-tasks.inputs"
#: Label that names the stand-ins an image was built on, if any.
STAND_INS_LABEL = "build-tasks.stand-ins"
_REVISION = "org.opencontainers.image.revision"
_SOURCE = "org.opencontainers.image.source"


@dataclass(frozen=True)
class Recipe:
    """What a service's images are made of, worked out once a run.

    :param contexts: named contexts: which engine image stands for each base reference.
    """

    inputs: str
    contexts: dict[str, str]


def recipe(bench: Workbench, service: Service) -> Recipe:
    """Work out the inputs of a service's images.

    :raises FlowError: CONFIG for a Dockerfile that cannot be read or copies what is not there.
    """
    text = _read(bench, service)
    parsed = dockerfile.parse(text, service.dockerfile)
    stand_ins = bench.bases.provide(parsed.bases)
    paths = [service.dockerfile, *_ignore_file(bench, service), *parsed.sources]
    inputs = Inputs(
        files=tuple(_input(bench, path) for path in _files(bench, service, paths)),
        args={},
        platform=f"linux/{platform.machine()}",
        bases={reference: _identity(bench, stands) for reference, stands in stand_ins.items()},
    )
    contexts = {ref: f"docker-image://{stands}" for ref, stands in stand_ins.items() if stands != ref}
    return Recipe(inputs.hash, contexts)


def build_stage(
    bench: Workbench, service: Service, stage: str, made: Recipe, *, force: bool = False
) -> LocalImage:
    """The image of a stage: the one in the engine if its inputs are the same, else a new one.

    :param stage: ``build``, ``testrunner`` or ``final``.
    :raises FlowError: BUILD_FAILED.
    """
    tag = local_image(bench.settings, service.name, stage, made.inputs)
    title = f"build {service.name}, stage {stage}"
    present = None if force else bench.builder.inspect(tag)
    if present is not None:
        bench.reporter.skip(title, f"unchanged inputs {made.inputs[:12]} were built before")
        return present
    with bench.reporter.step(title, f"no image for inputs {made.inputs[:12]}"):
        bench.builder.build(_request(bench, service, stage, made, tag))
        _say_stand_ins(bench, made)
    image = bench.builder.inspect(tag)
    if image is None:
        raise FlowError(title, f"the engine built {tag} and does not know it", code=ExitCode.BUILD_FAILED)
    return image


def check_image(service: Service, image: LocalImage) -> None:
    """The conventions of a runtime image: a numeric user other than root, and the flow's labels.

    :raises FlowError: IMAGE_REFUSED with every violation.
    """
    problems = []
    user = image.user.split(":")[0]
    if user in ("", "0", "root"):
        problems.append(
            f"it runs as {'root' if user else 'root (no USER)'}: set USER 10001:10001 in stage final"
        )
    elif not user.isdigit():
        problems.append(f"USER {user} is a name: Kubernetes can only check that a number is not root")
    problems += [
        f"label {label} is missing" for label in (INPUTS_LABEL, _REVISION) if not image.labels.get(label)
    ]
    problems += [f"tag {tag}: latest says nothing" for tag in image.tags if tag.endswith(":latest")]
    if problems:
        what = f"check the image of {service.name}"
        raise FlowError(
            what,
            "it breaks the conventions",
            f"see {service.dockerfile}",
            code=ExitCode.IMAGE_REFUSED,
            details=problems,
        )


def _request(bench: Workbench, service: Service, stage: str, made: Recipe, tag: str) -> BuildRequest:
    head = bench.source.head()
    dirty = "-dirty" if bench.source.is_dirty([service.folder]) else ""
    labels = {
        INPUTS_LABEL: made.inputs,
        _REVISION: head.sha + dirty,
        _SOURCE: bench.source.remote_url(),
        "org.opencontainers.image.title": service.name,
    }
    if made.contexts:
        labels[STAND_INS_LABEL] = ",".join(sorted(made.contexts))
    return BuildRequest(
        context=str(bench.settings.root),
        dockerfile=str(bench.settings.root / service.dockerfile),
        target=stage,
        tag=tag,
        args={"REVISION": head.sha + dirty},
        labels=labels,
        contexts=made.contexts,
    )


def _say_stand_ins(bench: Workbench, made: Recipe) -> None:
    if made.contexts:
        bench.reporter.note(f"built on local stand-ins for {', '.join(sorted(made.contexts))}")


def _read(bench: Workbench, service: Service) -> str:
    try:
        return (bench.settings.root / service.dockerfile).read_text(encoding="utf-8")
    except OSError as error:
        why = f"{service.dockerfile}: {error.strerror}"
        raise FlowError(
            f"build {service.name}", why, f"see [image] in {service.toml}", code=ExitCode.CONFIG
        ) from None


def _ignore_file(bench: Workbench, service: Service) -> list[str]:
    name = f"{service.dockerfile}.dockerignore"
    return [name] if (bench.settings.root / name).exists() else []


def _files(bench: Workbench, service: Service, paths: list[str]) -> list[str]:
    missing = [path for path in paths if not (bench.settings.root / path).exists()]
    if missing:
        why = f"{service.dockerfile} copies what is not there: {', '.join(missing)}"
        raise FlowError(f"build {service.name}", why, "correct the COPY lines", code=ExitCode.CONFIG)
    return list(bench.source.files(paths))


def _input(bench: Workbench, path: str) -> InputFile:
    file = bench.settings.root / path
    if file.is_symlink():
        return InputFile(path, False, hashlib.sha256(os.readlink(file).encode()).hexdigest())
    if not file.exists():
        return InputFile(path, False, "deleted")
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return InputFile(path, os.access(file, os.X_OK), digest)


def _identity(bench: Workbench, reference: str) -> str:
    image = bench.builder.inspect(reference)
    return image.id if image else reference
