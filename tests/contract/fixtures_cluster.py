"""An environment of a real cluster, entered with its deployer's account.

``BUILD_TASKS_KUBECONFIGS`` is the folder with ``dev.kubeconfig``. Everything these tests make there is part
of a release whose name starts with ``contract-``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from build_tasks.adapters.docker.client import DockerClient, Engine
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.adapters.helm.releases import HelmReleases
from build_tasks.adapters.kubernetes.workloads import KubectlWorkloads
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.model.environment import Environment
from build_tasks.model.images import BuildRequest, Ref
from tests.contract.app_chart import write_app_chart
from tests.contract.fixtures_runtime import needed

#: Seconds for hooks and uninstallations of small pods.
_TIMEOUT = 60


@pytest.fixture(scope="session")
def dev() -> Environment:
    """The environment dev of the cluster devtest."""
    file = Path(needed("BUILD_TASKS_KUBECONFIGS"), "dev.kubeconfig")
    context = yaml.safe_load(file.read_text())["current-context"]
    return Environment("dev", "devtest", "dev", str(context), str(file))


@pytest.fixture(scope="session")
def app_image(
    tool: Callable[[str], Path],
    platform_registry: str,
    base_image: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """An image with sh and perl in the registry that the cluster pulls from, by digest."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "Dockerfile").write_text("FROM contract-base AS app\nUSER 65532\n")
    processes = Processes(CommandLog(None))
    engine = DockerEngine(
        DockerClient(processes, Engine(tool("docker"), tool("docker-buildx"), needed("DOCKER_HOST")))
    )
    tag = "contract-app:1"
    base = {"contract-base": f"docker-image://{base_image}"}
    engine.build(BuildRequest(str(folder), str(folder / "Dockerfile"), "app", tag, contexts=base))
    ref = Ref(platform_registry, "contract/app", "v1.0.0")
    digest = engine.push(tag, ref)
    for name in (tag, str(ref)):
        engine.client.call("image", "rm", name, what="clean up")
    return str(ref.at(digest))


@pytest.fixture
def app_chart(tmp_path: Path) -> Path:
    return write_app_chart(tmp_path / "chart" / "contract")


@pytest.fixture
def release() -> str:
    """A name no other test uses."""
    return f"contract-{uuid4().hex[:10]}"


@pytest.fixture
def real_releases(
    helm: HelmProgram, real_workloads: KubectlWorkloads, dev: Environment, release: str
) -> Iterator[HelmReleases]:
    releases = HelmReleases(helm, dev, real_workloads.delete, timeout=_TIMEOUT)
    yield releases
    releases.uninstall(release)
    # The hooks of a revision that was rolled back are not part of the release any more.
    pods = [pod.name for pod in real_workloads.pods("") if pod.name.startswith(release)]
    real_workloads.delete(
        "".join(f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n" for name in pods)
    )


@pytest.fixture
def real_workloads(logged: Processes, tool: Callable[[str], Path], dev: Environment) -> KubectlWorkloads:
    return KubectlWorkloads(logged, tool("kubectl"), dev)
