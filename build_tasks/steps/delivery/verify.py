"""The smoke test of a deployed version, and whether it passed."""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.releases import HookRun, Revision
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import end_to_end_test, release_name
from build_tasks.ports.runtime import Releases
from build_tasks.steps.delivery.deployed_chart import is_of_chart
from build_tasks.steps.workbench import Workbench


def verify(bench: Workbench, service: Service, version: Version, environment: Environment) -> None:
    """Run the release's `helm test` against the version's own Service.

    :raises FlowError: USAGE if it is not deployed there, VERIFY_FAILED with the test's log.
    """
    bench.environments.workloads(environment).check_cluster()
    release = deployed(bench, service, version, environment).release
    with bench.reporter.step(f"verify {release} in {environment.name}", "its smoke test, in the cluster"):
        log = bench.environments.releases(environment).test(release, without=end_to_end_test(release))
    for line in log.strip().splitlines()[-6:]:
        bench.reporter.note(line)


def deployed(bench: Workbench, service: Service, version: Version, environment: Environment) -> Revision:
    """The version's release in an environment.

    :raises FlowError: USAGE if there is none.
    """
    release = release_name(service.name, version)
    revision = bench.environments.releases(environment).get(release)
    if revision is None:
        raise FlowError(
            f"find {service.name} {version.tag} in {environment.name}",
            "it is not deployed there",
            f"./inv {service.name}.deploy --env {environment.name} --version {version}",
            code=ExitCode.USAGE,
        )
    return revision


def check_verified(
    bench: Workbench,
    service: Service,
    version: Version,
    artifacts: ReleasedArtifacts,
    environment: Environment,
) -> None:
    """The version ran in an environment with exactly this image and chart, and passed its smoke test there.

    :raises FlowError: REFUSED.
    """
    revision = deployed(bench, service, version, environment)
    image = revision.values.get("image")
    digest = image.get("digest") if isinstance(image, dict) else None
    if digest != str(artifacts.image):
        raise _refusal(service, version, environment, f"another image runs there ({digest})", "deploy")
    releases = bench.environments.releases(environment)
    if not is_of_chart(releases, revision.release, artifacts.chart):
        why = f"it runs there from another chart than {artifacts.chart.short}"
        raise _refusal(service, version, environment, why, "deploy")
    runs = smoke_tests(releases, revision.release)
    if not runs:
        raise _refusal(service, version, environment, "it has no smoke test (a `helm test` hook)")
    failed = [run for run in runs if run.phase != "Succeeded"]
    if failed:
        raise _refusal(service, version, environment, f"{failed[0].name}: {failed[0].phase or 'never run'}")


def smoke_tests(releases: Releases, release: str) -> list[HookRun]:
    """The last run of each of a release's own tests; the application's is not about this version alone."""
    return [run for run in releases.test_runs(release) if run.name != end_to_end_test(release)]


def _refusal(
    service: Service, version: Version, environment: Environment, why: str, remedy: str = "verify"
) -> FlowError:
    return FlowError(
        f"check that {service.name} {version.tag} was verified in {environment.name}",
        why,
        f"./inv {service.name}.{remedy} --env {environment.name} --version {version}",
        code=ExitCode.REFUSED,
    )
