"""The services as one application: what an environment is to run, and whether it works as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from build_tasks.config.versions import load_versions
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.overview import LiveVersions
from build_tasks.model.service import Service
from build_tasks.planning.names import end_to_end_test, release_name
from build_tasks.planning.plans.application import Wanted, wanted_in_dev
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.delivery.working_tree import DEV
from build_tasks.steps.workbench import Workbench


def wanted(bench: Workbench, environment: Environment, *, working_tree: bool) -> Wanted:
    """What an environment is to run, as its file of versions says.

    :param working_tree: in dev, run that of every service, whatever the file says.
    :raises FlowError: REFUSED for the working tree beyond dev, USAGE without a file there, CONFIG for
        mistakes in it.
    """
    settings = bench.settings
    file = f"{settings.versions_folder}/{environment.name}.toml"
    in_dev = environment.name == DEV
    if working_tree and not in_dev:
        why = f"beyond {DEV} only released versions are deployed"
        raise _refusal(environment, why, f"name them in {file}", ExitCode.REFUSED)
    named = None if working_tree else load_versions(settings.root, file, [*bench.services])
    if in_dev:
        return wanted_in_dev([*bench.services], named, file)
    if not named:
        why = f"{file} names no version" if named is not None else f"there is no {file}"
        fix = f'write one, a line for each service: {next(iter(bench.services), "delivery")} = "1.0.2"'
        raise _refusal(environment, why, fix, ExitCode.USAGE)
    return Wanted(dict(named), file)


def verify_application(bench: Workbench, environment: Environment) -> None:
    """Run the application's end-to-end test with the live version of the service whose chart has it.

    :raises FlowError: CONFIG if no service has one, USAGE if that service is not live, VERIFY_FAILED with the
        test's log.
    """
    service = _tester(bench)
    bench.environments.workloads(environment).check_cluster()
    live = active_version(bench, service, environment)
    if live is None:
        raise FlowError(
            f"verify the application in {environment.name}",
            f"no version of {service.name} is live there",
            f"./inv app.deploy --env {environment.name}",
            code=ExitCode.USAGE,
        )
    release = release_name(service.name, live)
    title = f"verify {bench.settings.application} in {environment.name}"
    with bench.reporter.step(title, f"the end-to-end test of {service.name} {live.tag}, in the cluster"):
        releases = bench.environments.releases(environment)
        log = releases.test(release, only=end_to_end_test(release))
    for line in log.strip().splitlines()[-6:]:
        bench.reporter.note(line)


def live_versions(bench: Workbench, environments: Sequence[Environment]) -> list[LiveVersions]:
    """Which version of each service is live in which environment.

    :raises FlowError: WRONG_CLUSTER, UNAVAILABLE.
    """
    pairs = [(service, environment) for service in bench.services.values() for environment in environments]
    with ThreadPoolExecutor() as pool:
        for checked in [pool.submit(bench.environments.workloads(e).check_cluster) for e in environments]:
            checked.result()
        found = pool.map(lambda pair: active_version(bench, *pair), pairs)
    live: dict[str, dict[str, str]] = {service: {} for service in bench.services}
    for (service, environment), version in zip(pairs, found, strict=True):
        if version is not None:
            live[service.name][environment.name] = version.tag
    return [LiveVersions(service, versions) for service, versions in live.items()]


def _tester(bench: Workbench) -> Service:
    name = bench.settings.end_to_end
    if name in bench.services:
        return bench.services[name]
    raise FlowError(
        "find the application's end-to-end test",
        f"there is no service {name!r}" if name else "no service is named for it",
        "in pyproject.toml, [tool.build_tasks], name the one whose chart has it: end_to_end",
        code=ExitCode.CONFIG,
    )


def _refusal(environment: Environment, why: str, fix: str, code: ExitCode) -> FlowError:
    return FlowError(f"deploy the application to {environment.name}", why, fix, code=code)
