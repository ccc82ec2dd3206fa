"""What a service's images are made of: its Dockerfile, what that copies in, and the base images."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Change
from build_tasks.model.service import Service
from build_tasks.model.upstream import PULLED
from build_tasks.planning.dockerfiles.dockerfile import Dockerfile
from build_tasks.planning.inputs.inputs_hash import InputFile, Inputs
from build_tasks.planning.inputs.sources import Sources
from build_tasks.steps.checkout import WorkingTree
from build_tasks.steps.workbench import Basis


@dataclass(frozen=True)
class Recipe:
    """What a service's images are made of, worked out once a run.

    :param inputs: the inputs hash, hexadecimal.
    :param paths: files and folders of the repository that hold all that goes in.
    :param bases: each base image's reference with the name of what stands for it.
    :param goes_in: tells of a file at or below the paths whether it goes in: no pattern and no ignore file
        leaves it out.
    :param enters: tells the same of a build: it sees some files that are no inputs, because git ignores them.
    """

    inputs: str
    paths: tuple[str, ...]
    bases: Mapping[str, str]
    goes_in: Callable[[Change], bool] = field(default=lambda change: True, compare=False)
    enters: Callable[[Change], bool] = field(default=lambda change: True, compare=False)

    @property
    def stand_ins(self) -> list[str]:
        """References that something of ours stands for; what was pulled is the publisher's own."""
        return sorted(r for r, stands in self.bases.items() if stands != r and not stands.startswith(PULLED))


def recipe(bench: Basis, service: Service) -> Recipe:
    """Work out the inputs of a service's images; no base image is made or fetched for it.

    :raises FlowError: CONFIG for a Dockerfile that cannot be read or copies what is not there.
    """
    derived = sources(bench, service)
    _check_there(bench, service, derived)
    paths = derived.image_paths
    bases = bench.bases.identities(derived.dockerfile.bases)
    inputs = Inputs(
        files=tuple(
            _input(bench, path) for path in bench.source.files(paths) if derived.goes_in(Change(path))
        ),
        args={},
        platform=f"linux/{platform.machine()}",
        bases=bases,
    )
    return Recipe(inputs.hash, tuple(paths), bases, derived.goes_in, derived.enters)


def contexts(bench: Basis, made: Recipe) -> dict[str, str]:
    """Named contexts of a build: which engine image stands for each base reference. Makes what is missing."""
    provided = bench.bases.provide([*made.bases])
    return {ref: f"docker-image://{stands}" for ref, stands in provided.items() if stands != ref}


def uncommitted(bench: Basis, made: Recipe) -> list[str]:
    """The files that images are made of and that are not as in the commit."""
    return [change.path for change in bench.source.uncommitted(made.paths) if made.goes_in(change)]


def built_from(bench: Basis, service: Service) -> list[str]:
    """Files and folders that hold all that a service is built from, its own folder first: paths for git.

    :raises FlowError: as :func:`sources`.
    """
    return sources(bench, service).paths


def sources(bench: Basis, service: Service) -> Sources:
    """What a service is built from: its folder, what its Dockerfile copies, what its chart stands on, its
    inputs.

    Reading what is given back may raise FlowError: CONFIG for a Dockerfile that cannot be read, CHART_REFUSED
    for a dependency of the chart that is not in the repository.
    """
    return Sources(service, WorkingTree(bench.settings.root))


def chart_folders(bench: Basis, service: Service) -> list[str]:
    """Folders of the charts that the service's chart stands on. No image is made of them.

    :raises FlowError: CHART_REFUSED for a dependency that is not in the repository.
    """
    return [*sources(bench, service).charts]


def chart_paths(bench: Basis, service: Service) -> list[str]:
    """Files and folders that hold all that a service's chart is made of and held to.

    :raises FlowError: as :func:`chart_folders`.
    """
    return [service.chart, *chart_folders(bench, service), service.toml]


def chart_inputs(bench: Basis, service: Service) -> str:
    """What a service's chart is made of and held to, in one number: its folder, the charts that it stands on,
    and the service.toml, which says what it has to deploy. Hexadecimal.

    :raises FlowError: as :func:`chart_folders`.
    """
    files = input_files(bench, chart_paths(bench, service))
    return Inputs(files, args={}, platform="", bases={}).hash


def read_dockerfile(bench: Basis, service: Service) -> Dockerfile:
    """The service's Dockerfile.

    :raises FlowError: CONFIG if it is not there, not text, or not to be understood.
    """
    return sources(bench, service).dockerfile


def input_files(bench: Basis, paths: Sequence[str]) -> tuple[InputFile, ...]:
    """The files at and below the paths that git does not ignore."""
    return tuple(_input(bench, path) for path in bench.source.files(paths))


def _check_there(bench: Basis, service: Service, derived: Sources) -> None:
    missing = [path for path in derived.dockerfile.sources if not (bench.settings.root / path).exists()]
    if missing:
        why = f"{service.dockerfile} copies what is not there: {', '.join(missing)}"
        raise FlowError(f"build {service.name}", why, "correct the COPY lines", code=ExitCode.CONFIG)


def _input(bench: Basis, path: str) -> InputFile:
    file = bench.settings.root / path
    if file.is_symlink():
        return InputFile(path, False, hashlib.sha256(os.readlink(file).encode()).hexdigest())
    if not file.exists():
        return InputFile(path, False, "deleted")
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return InputFile(path, os.access(file, os.X_OK), digest)
