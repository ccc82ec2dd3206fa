"""Pipeline files of the repository, held against what its services are built from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Change, Reason
from build_tasks.model.ci import CiSystem
from build_tasks.model.ci_lint import LintReport
from build_tasks.model.service import Service
from build_tasks.planning.ci_lint.facts import Repository, ServiceInputs, Tracked
from build_tasks.planning.ci_lint.files.discovery import named_files, pipeline_files
from build_tasks.planning.ci_lint.files.reading import LARGEST
from build_tasks.planning.ci_lint.files.sources import Sources
from build_tasks.planning.ci_lint.judge import judge
from build_tasks.planning.inputs.sources import Sources as ServiceSources
from build_tasks.steps.artifacts.inputs import sources
from build_tasks.steps.workbench import Workbench

_WHAT = "read the pipeline files"


def lint(bench: Workbench, named: Sequence[str] = ()) -> LintReport:
    """Judge pipeline files.

    :param named: these, relative to the root; none: all that are found.
    :raises FlowError: USAGE for a named file that is not there or of which nobody can tell whose it is; as
        :func:`build_tasks.steps.artifacts.inputs.sources` for a service whose files cannot be read.
    """
    root = bench.settings.root
    wanted = [_relative(root, name) for name in named]
    listed = (path for path in bench.source.files(["."]) if path.endswith((".yml", ".yaml")))
    texts = Sources(_texts(root, {*listed, *wanted}))
    files = _named(texts, wanted) if wanted else pipeline_files(texts)
    return judge(files, texts, repository(bench))


def repository(bench: Workbench) -> Repository:
    """What pipelines are held against.

    :raises FlowError: as :func:`lint`.
    """
    tracked = Tracked(bench.source.tracked())
    return Repository(
        main=bench.settings.main_branch,
        services={name: _inputs(bench, service, tracked) for name, service in bench.services.items()},
        tracked=tracked,
        branches=bench.source.branches("*"),
        required_checks=bench.settings.required_checks,
    )


def _inputs(bench: Workbench, service: Service, tracked: Tracked) -> ServiceInputs:
    derived = sources(bench, service)
    why: dict[str, str] = {}
    inputs: dict[str, str] = {}
    for claim in derived.listed:
        why.setdefault(claim.place, claim.how)
        for file in tracked.below(claim.place):
            # Of its own folder only what something is made of: a README may well start nothing.
            if _is_made_of(derived, file) if claim.reason is Reason.OWN_FOLDER else claim.holds(Change(file)):
                inputs.setdefault(file, claim.place)
    return ServiceInputs(service.name, service.folder, service.dockerfile, inputs, why)


def _is_made_of(derived: ServiceSources, file: str) -> bool:
    """Whether a service's images, its chart or its description are made of a file of its folder."""
    service = derived.service
    in_chart = file.startswith(f"{service.chart}/")
    return in_chart or file == service.toml or derived.goes_in(Change(file))


def _named(texts: Sources, wanted: Sequence[str]) -> Mapping[str, CiSystem]:
    missing = [path for path in wanted if path not in texts]
    if missing:
        fix = "name files by their paths from the repository's root"
        raise FlowError(_WHAT, f"there is no file {', '.join(missing)}", fix, code=ExitCode.USAGE)
    known, unknown = named_files(texts, wanted)
    if unknown:
        why = f"{', '.join(unknown)}: neither Azure's, GitHub's nor GitLab's by name or content"
        raise FlowError(_WHAT, why, "name pipeline files only", code=ExitCode.USAGE)
    return known


def _relative(root: Path, name: str) -> str:
    """A path as git writes it.

    :raises FlowError: USAGE for one that leads out of the repository.
    """
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise FlowError(_WHAT, f"{name} is not in the repository", code=ExitCode.USAGE)
    return path.relative_to(root.resolve()).as_posix()


def _texts(root: Path, paths: Iterable[str]) -> Mapping[str, bytes]:
    """The files that can be read, and of each no more than a pipeline can have."""
    found = {}
    for path in paths:
        if (root / path).is_file():
            with (root / path).open("rb") as file:
                found[path] = file.read(LARGEST + 1)
    return found
