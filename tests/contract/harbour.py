"""Releases under test, real or fake, and how to bring one into trouble."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.model.environment import Environment
from build_tasks.model.releases import Revision
from build_tasks.ports.runtime import Releases
from tests.fakes.runtime import FakeReleases, ScriptedTest

_DEADLINE = 60.0


@dataclass
class Harbour:
    """Releases under test, the name of one, and how to bring it into trouble."""

    releases: Releases
    release: str
    chart: Path
    request: pytest.FixtureRequest

    @property
    def fake(self) -> FakeReleases | None:
        return self.releases if isinstance(self.releases, FakeReleases) else None

    def deploy(self, text: str, labels: Mapping[str, str] | None = None, **values: object) -> Revision:
        self.releases.upgrade(
            self.release,
            self.chart,
            {"text": text, **values},
            description=f"says {text}",
            labels=labels or {},
        )
        made = self.releases.get(self.release)
        assert made is not None
        return made

    def fail(self) -> None:
        """An upgrade that the API server refuses."""
        if self.fake:
            self.fake.refusals[self.release] = "Invalid value"
        self.deploy("bad", suffix="-NOT-A-NAME")

    def kill(self) -> None:
        """An upgrade whose Helm is killed while a hook runs."""
        if self.fake:
            self.fake.killed.add(self.release)
            self.deploy("killed")
            return
        helm: HelmProgram = self.request.getfixturevalue("helm")
        environment: Environment = self.request.getfixturevalue("dev")
        image: str = self.request.getfixturevalue("app_image")
        _kill_helm(helm, environment, self, image)

    def test_hook(self, *, passes: bool, log: str, failing: str = "") -> None:
        """Deploy the release with the test hook ``smoke``.

        :param failing: name of a second one, which fails.
        """
        if self.fake:
            tests = [ScriptedTest(passes, log, f"{self.release}-smoke")]
            tests += [ScriptedTest(False, "", f"{self.release}-{failing}")] if failing else []
            self.fake.tests[self.release] = tests
            self.deploy("tested")
            return
        scripts = {"smoke": f"echo {log}; exit {0 if passes else 1}", failing: "exit 1"}
        image = self.request.getfixturevalue("app_image")
        hooks = {name: {"on": "test", "image": image, "script": s} for name, s in scripts.items() if name}
        self.deploy("tested", hooks=hooks)


def _kill_helm(helm: HelmProgram, environment: Environment, harbour: Harbour, image: str) -> None:
    hook = f'hooks.wait={{"on":"pre-install,pre-upgrade","image":"{image}","script":"sleep 600"}}'
    argv: list[str | Path] = [helm.executable, "upgrade", "--install", harbour.release, harbour.chart]
    argv += ["--set-json", hook, "--namespace", environment.namespace, "--kubeconfig", environment.kubeconfig]
    pid = helm.processes.spawn(
        argv, log=harbour.chart.parent / "killed.log", env={"HELM_DRIVER": "configmap"}
    )
    deadline = time.monotonic() + _DEADLINE
    while not ((found := harbour.releases.get(harbour.release)) and found.status.pending):
        assert time.monotonic() < deadline, (harbour.chart.parent / "killed.log").read_text()
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=["helm", "fake"])
def harbour(request: pytest.FixtureRequest, release: str, app_chart: Path) -> Harbour:
    releases = FakeReleases() if request.param == "fake" else request.getfixturevalue("real_releases")
    return Harbour(releases, release, app_chart, request)
