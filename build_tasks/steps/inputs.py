"""What a service's images are made of: its Dockerfile, what that copies in, and the base images."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.service import Service
from build_tasks.planning import dockerfile
from build_tasks.planning.inputs import InputFile, Inputs
from build_tasks.steps.workbench import Workbench


@dataclass(frozen=True)
class Recipe:
    """What a service's images are made of, worked out once a run.

    :param inputs: the inputs hash, hexadecimal.
    :param paths: files and folders of the repository that go in.
    :param contexts: named contexts: which engine image stands for each base reference.
    """

    inputs: str
    paths: tuple[str, ...]
    contexts: dict[str, str]


def recipe(bench: Workbench, service: Service) -> Recipe:
    """Work out the inputs of a service's images.

    :raises FlowError: CONFIG for a Dockerfile that cannot be read or copies what is not there.
    """
    parsed = read_dockerfile(bench, service)
    paths = _paths(bench, service, parsed)
    stand_ins = bench.bases.provide(parsed.bases)
    inputs = Inputs(
        files=input_files(bench, paths),
        args={},
        platform=f"linux/{platform.machine()}",
        bases={reference: _identity(bench, stands) for reference, stands in stand_ins.items()},
    )
    contexts = {ref: f"docker-image://{stands}" for ref, stands in stand_ins.items() if stands != ref}
    return Recipe(inputs.hash, paths, contexts)


def built_from(bench: Workbench, service: Service) -> list[str]:
    """The service's folder, then what else it is made of: what triggers its builds.

    :raises FlowError: as :func:`sources`.
    """
    return [*sources(bench, service)]


def sources(bench: Workbench, service: Service) -> dict[str, str]:
    """The service's folder, what its Dockerfile copies in and what its chart stands on.

    :returns: for each path how it belongs to the service, ``its chart depends on services/shared/chart``.
    :raises FlowError: CONFIG for a Dockerfile that cannot be read, CHART_REFUSED for a dependency of the
        chart that is not in the repository.
    """
    copied = _copied(bench, service, read_dockerfile(bench, service))
    elsewhere = {
        **{path: f"its chart depends on {path}" for path in chart_folders(bench, service)},
        **{path: f"its Dockerfile copies {path}" for path in copied},
    }
    own = f"{service.folder}/"
    return {
        service.folder: f"in its folder {service.folder}",
        **{path: how for path, how in elsewhere.items() if not f"{path}/".startswith(own)},
    }


def chart_folders(bench: Workbench, service: Service) -> list[str]:
    """Folders of the charts that the service's chart stands on. No image is made of them.

    :raises FlowError: CHART_REFUSED for a dependency that is not in the repository.
    """
    root = bench.settings.root
    found = bench.charts.dependencies(root / service.chart, root)
    return [*dict.fromkeys(dependency.folder for dependency in found)]


def read_dockerfile(bench: Workbench, service: Service) -> dockerfile.Dockerfile:
    """The service's Dockerfile.

    :raises FlowError: CONFIG if it is not there, not text, or not to be understood.
    """
    try:
        text = (bench.settings.root / service.dockerfile).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise FlowError(
            f"read the Dockerfile of {service.name}",
            f"{service.dockerfile}: {reason}",
            f"see [image] in {service.toml}",
            code=ExitCode.CONFIG,
        ) from None
    return dockerfile.parse(text, service.dockerfile)


def input_files(bench: Workbench, paths: Sequence[str]) -> tuple[InputFile, ...]:
    """The files at and below the paths that git does not ignore."""
    return tuple(_input(bench, path) for path in bench.source.files(paths))


def _paths(bench: Workbench, service: Service, parsed: dockerfile.Dockerfile) -> tuple[str, ...]:
    paths = (service.dockerfile, *_copied(bench, service, parsed))
    missing = [path for path in paths if not (bench.settings.root / path).exists()]
    if missing:
        why = f"{service.dockerfile} copies what is not there: {', '.join(missing)}"
        raise FlowError(f"build {service.name}", why, "correct the COPY lines", code=ExitCode.CONFIG)
    return paths


def _copied(bench: Workbench, service: Service, parsed: dockerfile.Dockerfile) -> list[str]:
    """Sources of the Dockerfile, and the file that says what of them is left out (BuildKit takes one)."""
    names = (f"{service.dockerfile}.dockerignore", ".dockerignore")
    ignore = [name for name in names if (bench.settings.root / name).exists()]
    return [*ignore[:1], *parsed.sources]


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
