"""One run of a plan: what its actions share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from build_tasks.model.environment import Environment
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import CacheUse, Digest, LocalImage
from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.model.scan import ScanResult
from build_tasks.model.service import Service
from build_tasks.model.tests import TestSummary
from build_tasks.model.version import Version
from build_tasks.planning.dockerfiles.dockerfile import FINAL
from build_tasks.steps.artifacts.candidates import Candidate
from build_tasks.steps.artifacts.image import build_stage, check_image
from build_tasks.steps.artifacts.inputs import Recipe, chart_inputs, recipe
from build_tasks.steps.artifacts.package import package
from build_tasks.steps.artifacts.publishing import Publishing
from build_tasks.steps.delivery.stretch import Stretch
from build_tasks.steps.delivery.working_tree import deploy_working_tree
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.workbench import Workbench

#: Verbs that write candidates, and so need a builder's key.
_PUBLISHING = {Verb.PUBLISH, Verb.PUSH}


def _needs_key(action: Action) -> bool:
    """A scan of a version is attached to the image in the registry."""
    return action.verb in _PUBLISHING or (action.verb is Verb.SCAN and action.version is not None)


@dataclass
class Run:
    """One run of a plan; what its actions share.

    :param reason: the change cause of deployments.
    :param force: build, test and scan even if the inputs are unchanged.
    :param matching: run only those unit tests that match this expression; empty: all of them.
    :param shared: with the other runs of this command.
    :param key: what evidence is signed with; None: the run publishes nothing.
    :param tested: what the unit tests of each service reported.
    :param scanned: what a scan of each service's runtime image found.
    :param published: the candidate of each service that this run published, or found complete.
    :param stretch: the service and environment that it holds at the moment.
    """

    bench: Workbench
    reason: str
    force: bool = False
    matching: str = ""
    shared: Publishing = field(default_factory=Publishing)
    key: Path | None = None
    tested: dict[str, TestSummary] = field(default_factory=dict)
    scanned: dict[str, ScanResult] = field(default_factory=dict)
    published: dict[str, Digest] = field(default_factory=dict)
    stretch: Stretch = field(default_factory=Stretch)
    _recipes: dict[str, Recipe] = field(default_factory=dict)
    _candidates: dict[str, Candidate | None] = field(default_factory=dict)
    _images: dict[str, LocalImage] = field(default_factory=dict)
    _archives: dict[tuple[str, Version], Path] = field(default_factory=dict)
    _trees: dict[str, Version] = field(default_factory=dict)
    _released: dict[tuple[str, Version], ReleasedArtifacts] = field(default_factory=dict)

    def expect(self, plan: Plan) -> None:
        """What is going to be done: whoever publishes in the end needs a key before anything is built.

        :raises FlowError: CONFIG or REFUSED without one that main accepts.
        """
        if self.key is None and any(map(_needs_key, plan.actions)):
            self.key = self.shared.key(self.bench)
            self.bench = replace(self.bench, cache=CacheUse.WRITE, signing=True)
            # What was good enough to look at may not be to sign for.
            self._images.clear()
            self.scanned.clear()
            self.tested.clear()

    def recipe(self, service: Service) -> Recipe:
        """What the service's images are made of, worked out once."""
        if service.name not in self._recipes:
            self._recipes[service.name] = recipe(self.bench, service)
        return self._recipes[service.name]

    def known_inputs(self, service: str) -> str:
        """The inputs hash of the service's images, if it was worked out already; else empty."""
        return self._recipes[service].inputs if service in self._recipes else ""

    def candidate(self, service: Service) -> Candidate | None:
        """What an accepted builder published of these inputs and can be used again; looked up once.

        :raises FlowError: the run publishes, and the registry cannot be asked.
        """
        if self.force:
            return None
        if service.name not in self._candidates:
            needed = self.key is not None
            made = self.recipe(service)
            found = self.shared.candidate(self.bench, service, made, needed=needed)
            self._candidates[service.name] = found if found and found.reusable else None
            if self.shared.alone:
                self.bench = replace(self.bench, cache=CacheUse.NONE)
        return self._candidates[service.name]

    def runtime_image(self, service: Service, *, force: bool = False) -> LocalImage:
        """The runtime image in the engine, built and held to the conventions once."""
        if service.name not in self._images:
            image = build_stage(self.bench, service, FINAL, self.recipe(service), force=force)
            check_image(service, image)
            self._images[service.name] = image
        return self._images[service.name]

    def archive(self, service: Service, version: Version) -> Path:
        """The chart's archive under a version, checked and made once."""
        key = (service.name, version)
        if key not in self._archives:
            self._archives[key] = package(self.bench, service, version)
        return self._archives[key]

    def checked_chart(self, service: Service) -> str:
        """The inputs hash of the service's chart, if this run made an archive of it, which passed all checks;
        else empty.
        """
        checked = any(name == service.name for name, _ in self._archives)
        return chart_inputs(self.bench, service) if checked else ""

    def released(self, service: Service, version: Version) -> ReleasedArtifacts:
        """The digests of a pushed version, looked up once: what was weighed is what is copied and deployed,
        wherever its tag points by then.

        :raises FlowError: as :func:`artifacts`.
        """
        key = (service.name, version)
        if key not in self._released:
            self._released[key] = artifacts(self.bench, service, version)
        return self._released[key]

    def settle(self, service: Service, version: Version, found: ReleasedArtifacts) -> None:
        """The digests of a version that the plan was made for: no others are looked up."""
        self._released[service.name, version] = found

    def pushed(self, service: Service, version: Version, made: ReleasedArtifacts) -> None:
        """What this run itself pushed as a version."""
        self._released[service.name, version] = made

    def working_tree(self, service: Service, environment: Environment) -> None:
        """Deploy what is in the working tree; what follows in the plan without a version is about it."""
        bench = self.bench
        self._trees[service.name] = deploy_working_tree(
            bench, service, self.recipe(service), environment, self.reason
        )

    def version(self, action: Action) -> Version:
        """The version an action is about: the released one it names, else the working tree's."""
        return action.version or self._trees[action.service]
