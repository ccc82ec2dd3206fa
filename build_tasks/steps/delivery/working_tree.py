"""The working tree in dev: built, pushed under a name made from its content, deployed from its own chart."""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.dockerfiles.dockerfile import FINAL
from build_tasks.planning.inputs.inputs_hash import Inputs
from build_tasks.planning.names import candidate_chart, release_name, working_tree_image
from build_tasks.steps.artifacts.image import build_stage, check_image
from build_tasks.steps.artifacts.inputs import Recipe, chart_folders, input_files
from build_tasks.steps.artifacts.package import package
from build_tasks.steps.delivery.deploy import Deployable, deploy
from build_tasks.steps.workbench import Workbench

#: The only environment that runs what was never released.
DEV = "dev"


def deploy_working_tree(
    bench: Workbench, service: Service, made: Recipe, environment: Environment, reason: str
) -> Version:
    """Build and deploy what is in the working tree; gives the version it runs under.

    :raises FlowError: REFUSED beyond dev.
    """
    check_dev(service, environment)
    image = build_stage(bench, service, FINAL, made)
    check_image(service, image)
    version = _version(bench, service, made)
    archive = package(bench, service, version, [environment])
    target = working_tree_image(bench.settings, service.name).tagged(version.tag)
    digest = bench.registry.digest(target)
    if digest is None:
        with bench.reporter.step(f"push {target}", "this content is not in the registry"):
            digest = bench.builder.push(image.id, target)
    else:
        bench.reporter.skip(f"push {target}", "this content is in the registry")
    chart = candidate_chart(bench.settings, service.name)
    wanted = Deployable(service, version, release_name(service.name, version), target.at(digest), chart)
    deploy(bench, wanted, archive, environment, reason)
    return version


def _version(bench: Workbench, service: Service, made: Recipe) -> Version:
    """Named by everything that is deployed: what the image is made of, and the charts."""
    folders = [service.chart, *chart_folders(bench, service)]
    chart = Inputs(input_files(bench, folders), {"image": made.inputs}, "", {})
    return Version.of_working_tree(chart.hash)


def check_dev(service: Service, environment: Environment) -> None:
    """The working tree is deployed to dev and nowhere else.

    :raises FlowError: REFUSED.
    """
    if environment.name != DEV:
        raise FlowError(
            f"deploy the working tree of {service.name} to {environment.name}",
            f"beyond {DEV} only released versions are deployed",
            f"say --version, or cut one: ./inv release.cut {service.name} --bump patch",
            code=ExitCode.REFUSED,
        )
