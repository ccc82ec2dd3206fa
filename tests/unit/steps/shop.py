"""A small repository with one service, on fakes: what the steps of the flow work on."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from build_tasks.model.environment import Environment
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import ContainerExit, Digest, LocalImage, Ref
from build_tasks.model.leases import Holder
from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.model.proofs import EVIDENCE_NAMESPACE
from build_tasks.model.releases import REPLICAS_WHEN_LIVE
from build_tasks.model.scan import ScannerName
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_name
from build_tasks.steps.delivery.holds import Holds
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.execute import execute
from build_tasks.steps.run import Run
from build_tasks.steps.workbench import Workbench
from tests.fakes import samples
from tests.fakes.bases import FakeBases
from tests.fakes.builder import FakeBuilder, FakeProvenance, ScriptedRun
from tests.fakes.charts import FakeCharts, values_as_configmap
from tests.fakes.clock import FakeClock
from tests.fakes.origin import FakeOrigin
from tests.fakes.registry import FakeRegistry
from tests.fakes.releases import ScriptedTest
from tests.fakes.reporter import FakeReporter
from tests.fakes.runtime import FakeEnvironments, FakeNamespace
from tests.fakes.scanning import FakeBills, FakeScanner
from tests.fakes.signer import FakeSigner
from tests.fakes.source import FakeSource
from tests.unit.planning.manifests import deployment, smoke_test

BASE = "python:3.13"
PASSED = b'<testsuite name="s"><testcase classname="t" name="test_put" time="0.5"/></testsuite>'
FILES = {
    "services/delivery/Dockerfile": f"""FROM {BASE} AS build
COPY services/delivery/app.py .
COPY services/shared ./shared
FROM build AS testrunner
FROM build AS final
""",
    "services/delivery/app.py": "print()\n",
    "services/delivery/chart/Chart.yaml": "name: delivery\nversion: 0.0.0\n",
    "services/delivery/chart/values.yaml": "image: {pullPolicy: IfNotPresent}\n",
    "services/delivery/chart/values.schema.json": "{}\n",
    "services/delivery/chart/values-dev.yaml": "{}\n",
    "services/delivery/chart/values-qa.yaml": "replicas: 2\n",
    "services/delivery/chart/values-prod.yaml": "{}\n",
    "services/shared/log.py": "x = 1\n",
    "README.md": "hello\n",
}
#: A library chart, and the service's chart standing on it.
LIBRARY = {
    "services/shared/chart/Chart.yaml": "name: microservice\nversion: 1.0.0\n",
    "services/shared/chart/templates/_labels.tpl": '{{ define "labels" }}{{ end }}\n',
}
STANDS_ON_IT = {
    "services/delivery/chart/Chart.yaml": """name: delivery
version: 0.0.0
dependencies:
  - {name: microservice, version: 1.0.0, repository: file://../../shared/chart}
"""
}
SIGNERS = "policy/allowed_signers"


class Shop:
    """The repository, its service and every fake behind the workbench.

    ``cutter`` may cut releases and approve, ``ann`` and ``ben`` may approve, ``builder`` signs evidence,
    ``stranger`` may nothing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reporter, self.clock, self.signer = FakeReporter(), FakeClock(), FakeSigner()
        self.registry, self.charts, self.bases = FakeRegistry(), FakeCharts(render=conforming), FakeBases()
        self.builder = self._engine()
        self.tests_say(PASSED)
        self.environments = FakeEnvironments(render=conforming)
        self.bills, self.provenance = FakeBills(), FakeProvenance()
        self.grype = FakeScanner(ScannerName.GRYPE, self.clock.now())
        self.patch_level = FakeScanner(ScannerName.PATCH_LEVEL, self.clock.now())
        self.origin = FakeOrigin()
        self.source = FakeSource(self.signer, self.origin, root)
        self.service = samples.service()
        self.signer.now = self.clock.time
        self.keys = {name: self._key(name) for name in ("cutter", "ann", "ben", "stranger", "builder")}
        self.source.key = self.keys["cutter"]
        self.commit({**FILES, SIGNERS: self.signers(cutter="git,approval@build-tasks")}, "first")
        self.publish()
        self.bench = self._bench()

    @property
    def qa(self) -> Environment:
        return self.bench.settings.environments["qa"]

    @property
    def dev(self) -> Environment:
        return self.bench.settings.environments["dev"]

    @property
    def prod(self) -> Environment:
        return self.bench.settings.environments["prod"]

    def namespace(self, name: str = "qa") -> FakeNamespace:
        """Both sides of an environment."""
        return self.environments.namespace(name)

    def commit(self, files: Mapping[str, str | None], subject: str = "change") -> str:
        """Change files and commit them; None removes one."""
        self.write(files)
        for path in files:
            self.source.dirty.discard(path)
        return self.source.add_commit(files, subject)

    def write(self, files: Mapping[str, str | None]) -> None:
        """Change files without committing them."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(text)
            self.source.dirty.add(name)

    def publish(self) -> None:
        """Origin's main is this one's."""
        self.source.push(["refs/heads/main"])
        self.source.fetch()

    def signers(self, **namespaces: str) -> str:
        """An allowed-signers file: the given keys, ann and ben as approvers, and the builder."""
        given = {"ann": "approval@build-tasks", "ben": "approval@build-tasks", "builder": EVIDENCE_NAMESPACE}
        given |= namespaces
        lines = [f'{name} namespaces="{value}" {self._public[name]}' for name, value in given.items()]
        return "\n".join(lines) + "\n"

    def tests_say(self, *reports: bytes, status: int = 0, output: str = "", oom: bool = False) -> None:
        """What the testrunner's container leaves behind from now on."""
        files = {f"report-{number}.xml": report for number, report in enumerate(reports)}
        self.builder.runs["testrunner"] = ScriptedRun(ContainerExit(status, output, oom), files)

    def another_machine(self) -> None:
        """From now on on a machine that has nothing: no image, no results, no cache of builds."""
        shutil.rmtree(self.root / ".build", ignore_errors=True)
        self.builder = self._engine()
        self.tests_say(PASSED)
        self.bases.provided.clear()
        self.bills.asked.clear()
        self.provenance.kept.clear()
        self.reporter.forget()
        self.bench = replace(self.bench, builder=self.builder)

    def run(self, *actions: Action, force: bool = False, reason: str = "a change") -> None:
        """Carry out actions as a plan."""
        execute(Run(self.bench, reason, force), Plan("test", actions))

    def pushed(self, version: str) -> ReleasedArtifacts:
        """Push the tree as a version."""
        self.run(Action(Verb.PUSH, "delivery", "test", Version.parse(version)))
        return artifacts(self.bench, self.service, Version.parse(version))

    def smoke_test(self, version: str, *, environment: str = "qa", passes: bool = True) -> None:
        """Give a version's release a test hook."""
        release = release_name("delivery", Version.parse(version))
        self.namespace(environment).releases.tests[release] = [ScriptedTest(passes, "asked, answered")]

    def reconfigure(self, service: Service) -> None:
        """The service as if its service.toml said so."""
        self.service = service
        self.bench = replace(self.bench, services={"delivery": service})

    def _bench(self) -> Workbench:
        return Workbench(
            settings=samples.settings(self.root),
            services={"delivery": self.service},
            reporter=self.reporter,
            clock=self.clock,
            builder=self.builder,
            bases=self.bases,
            registry=self.registry,
            charts=self.charts,
            environments=self.environments,
            source=self.source,
            signer=self.signer,
            bills=self.bills,
            provenance=self.provenance,
            scanners={scanner.name: scanner for scanner in (self.grype, self.patch_level)},
            builder_key=self.keys["builder"],
            holds=Holds(Holder("ann@laptop/1-a", "./inv delivery.deploy")),
        )

    def _key(self, name: str) -> Path:
        path = self.root.parent / f"{self.root.name}-keys" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("a key")
        self._public = {**getattr(self, "_public", {}), name: self.signer.add_key(path, name)}
        return path

    def _engine(self) -> FakeBuilder:
        users = {"final": "10001:10001"}
        return FakeBuilder(users=users, on_push=self._arrives, on_cache=self._cache_arrives)

    def _cache_arrives(self, ref: Ref) -> Digest:
        return self.registry.add_image(ref, {}, f"cache after {len(self.builder.built)} builds".encode())

    def _arrives(self, image: LocalImage, ref: Ref) -> Digest:
        return self.registry.add_image(ref, image.labels, image.id.encode())


def conforming(chart: Path, release: str, namespace: str, values: Mapping[str, object]) -> str:
    """A chart that keeps every convention and runs the image it is given."""
    image = values.get("image")
    if not isinstance(image, dict):  # the chart of the traffic
        return values_as_configmap(chart, release, namespace, values)
    reference = f"{image['registry']}/{image['repository']}:{image['tag']}@{image['digest']}"
    deployed = deployment(release, reference)
    # A worker's has to say it; to an api it means nothing.
    deployed["metadata"]["annotations"][REPLICAS_WHEN_LIVE] = "2"
    return yaml.safe_dump_all([deployed, smoke_test(release, reference)])
