"""What is generated, whatever the system: what each kind of job is given, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from build_tasks.model.branches import kind_of
from build_tasks.model.event import BuildEvent, EventKind
from build_tasks.model.instance import BUILDER_KEY
from build_tasks.model.pipelines import CiSettings
from build_tasks.model.service import Service
from build_tasks.model.settings import Settings

#: The secret with a login to the registry: a config.json as `docker login` writes it.
REGISTRY_LOGIN = "REGISTRY_LOGIN"
#: What a run leaves for readers: merged test reports, the testrunners' output, and the log of every command.
REPORTS = ".build/ci/junit/*.xml"
OUTPUTS = ".build/*/tests/*/output.txt"
LOGS = ".build/logs/"
#: Minutes for a job that only reads git.
QUICK = 15


@dataclass(frozen=True)
class Trust:
    """What a kind of job is given.

    :param environment: the CI's environment, whose rules say which branches get its secrets, and after whose
        approval; empty: none.
    :param files: variables; each is to hold the path of a secret file.
    :param checks: the same, for kubeconfigs of accounts that judge charts in a dry run and change nothing.
    """

    environment: str = ""
    files: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """All of these variables."""
        return (*self.files, *self.checks)


@dataclass(frozen=True)
class Pipeline:
    """The pipelines of a repository.

    :param main: the protected branch.
    :param services: names of the services.
    :param lock: path of the file that pins the tasks' own installation; empty: there is none.
    :param validation: for feature branches, which nobody reviewed yet and which touch no cluster.
    :param request: for pull requests, which nobody reviewed yet either, and whose charts are checked.
    :param build: for main and release branches: they write candidates and sign evidence.
    :param delivery: for the environments before production.
    :param promotion: for production.
    """

    main: str
    services: tuple[str, ...]
    lock: str
    ci: CiSettings
    validation: Trust
    request: Trust
    build: Trust
    delivery: Trust
    promotion: Trust

    def call(self, words: str) -> str:
        """A command line of a task."""
        return f"{self.ci.command} {words}"


def gate_script(*, success: str, skipped: str, nothing: str) -> str:
    """The shell of the gate: passes if the plan passed, and the services' jobs did or there were none.

    It reads PLAN and SERVICES, the results of the jobs before, and MATRIX, what the plan said.

    :param success: how the system calls a job that passed.
    :param skipped: how it calls one that did not run.
    :param nothing: the matrix without jobs.
    """
    return (
        f"expected={success}\n"
        f"if [ \"$MATRIX\" = '{nothing}' ]; then expected={skipped}; fi\n"
        'echo "plan: $PLAN; services: $SERVICES, expected: $expected"\n'
        f'[ "$PLAN" = {success} ] && [ "$SERVICES" = "$expected" ]\n'
    )


def pipeline_of(settings: Settings, services: Mapping[str, Service], lock: str) -> Pipeline:
    """The model that every system's files are written from.

    :param lock: see :class:`Pipeline`.
    """
    ci, production = settings.ci, settings.production.name
    before = dict.fromkeys(e for service in services.values() for e in service.environments)
    # Charts are validated by the API server of a service's first environment (docs/decisions/0011).
    checks = _kubeconfigs(ci, dict.fromkeys(s.environments[0] for s in services.values() if s.environments))
    return Pipeline(
        main=settings.main_branch,
        services=tuple(sorted(services)),
        lock=lock,
        ci=ci,
        validation=Trust(),
        request=Trust(checks=checks),
        build=Trust(ci.build_environment, (BUILDER_KEY,), checks),
        delivery=Trust(ci.delivery_environment, _kubeconfigs(ci, before)),
        promotion=Trust(production, _kubeconfigs(ci, [production])),
    )


def is_reviewed(event: BuildEvent, main: str) -> bool:
    """Whether what runs is main's or a release's, and so may sign evidence and write candidates."""
    return event.kind is not EventKind.PULL_REQUEST and kind_of(event.branch, main).is_reviewed


def _kubeconfigs(ci: CiSettings, environments: Iterable[str]) -> tuple[str, ...]:
    return tuple(ci.kubeconfigs[name] for name in environments if name in ci.kubeconfigs)
