"""People with and without rights at production's gate, and what must be true of all that gets through.

Everything that anybody does is noted here as well: who signed what, who has which right, what builders made.
From these notes alone, not from the code that is tried, :meth:`World.check` says what may be in production.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from build_tasks.errors import FlowError
from build_tasks.model.evidence import (
    APPROVAL_NAMESPACE,
    APPROVAL_TYPE,
    Decision,
    ReleasedArtifacts,
    Statement,
)
from build_tasks.model.images import Attachment, Digest, Ref
from build_tasks.model.plan import Action, Expected, Verb
from build_tasks.model.promotion import PromotionPlan
from build_tasks.model.proofs import EVIDENCE_NAMESPACE, EvidenceKind, Released
from build_tasks.planning.names import release_name
from build_tasks.planning.plans.pipeline import delivery, promotion
from build_tasks.planning.releases.statements import write_statement
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.delivery.promotion import carry_out, preview
from build_tasks.steps.evidence.approval import decide
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.release.cut import cut
from build_tasks.steps.release.release import record
from tests.fakes.samples import v
from tests.unit.steps.attesting import attest, contents, inputs_of
from tests.unit.steps.shop import SIGNERS, Shop

IMAGE, CHART = Ref("localhost:5001", "delivery"), Ref("localhost:5001", "charts/delivery")
#: Who cut what. The last two are the same program, so the same image, under two charts.
CUTTERS = {"1.0.1": "cutter", "1.0.2": "cutter", "1.0.3": "ann"}
VERSIONS = (*CUTTERS,)
#: Whose each key is.
PEOPLE = {"cutter": "cutter", "ann": "ann", "ann2": "ann", "ben": "ben", "eve": "eve", "stranger": "stranger"}
KEYS = (*PEOPLE,)
_STATEMENT, _SIGNATURE = "statement.json", "statement.json.sig"
_EVIDENCE = tuple(kind.artifact_type for kind in EvidenceKind)


class TrespassError(AssertionError):
    """Something is in production that must not be."""


@dataclass(frozen=True)
class Said:
    """What a key really signed."""

    key: str
    decision: Decision
    version: str
    environment: str
    image: Digest
    chart: Digest
    issued: datetime
    expires: datetime


@dataclass
class World:
    """The shop, and notes on it.

    :param approvers: the keys that main lets approve.
    :param builder_counts: main believes the builder.
    :param required: approvals that main wants.
    :param found: what was pushed as each version, whatever its tags name by now.
    :param images: every image, the last one by nobody who counts.
    :param said: what was really signed, by statement and signature.
    :param kept: attachments that somebody kept a copy of, in order.
    :param let_in: versions that got into production rightly.
    :param vouched: what builders said that versions are, beside what was pushed as them.
    """

    shop: Shop
    approvers: set[str] = field(default_factory=lambda: {"cutter", "ann", "ann2", "ben", "eve"})
    builder_counts: bool = True
    required: int = 1
    found: dict[str, ReleasedArtifacts] = field(default_factory=dict)
    images: list[Digest] = field(default_factory=list)
    said: dict[tuple[bytes, bytes], Said] = field(default_factory=dict)
    kept: list[dict[str, bytes]] = field(default_factory=list)
    plans: list[PromotionPlan] = field(default_factory=list)
    let_in: set[tuple[str, Digest, Digest]] = field(default_factory=set)
    vouched: set[tuple[str, Digest, Digest]] = field(default_factory=set)
    _arrived: set[tuple[str, Digest, Digest]] = field(default_factory=set)
    _deployed: set[tuple[str, datetime]] = field(default_factory=set)
    _branches: int = 0

    @classmethod
    def made(cls, root: Path) -> World:
        """Every version is cut, pushed, in QA and verified there; nothing is approved."""
        shop = Shop(root)
        for name in ("ann2", "eve"):
            shop.keys[name] = shop._key(name)
        shop.reconfigure(replace(shop.service, keep_versions=len(CUTTERS)))
        world = cls(shop)
        world._publish()
        for version, cutter in CUTTERS.items():
            if version == "1.0.2":
                shop.commit({"services/delivery/app.py": "better\n"})
                shop.publish()
            cut(shop.bench, shop.service, v(version), shop.keys[cutter], push=True)
            world.found[version] = shop.pushed(version)
            for environment in ("qa", "prod"):
                shop.smoke_test(version, environment=environment)
            shop.run(*delivery(shop.service, v(version)))
        evil = shop.registry.add_image(IMAGE.tagged("evil"), {INPUTS_LABEL: inputs_of(shop)}, b"evil")
        world.images = [*dict.fromkeys(found.image for found in world.found.values()), evil]
        return world

    def another(self) -> World:
        """The same world once more, for one sequence of deeds."""
        return copy.deepcopy(self)

    # What people do. What the flow refuses them is refused: that is all there is to it.

    def decide(self, key: str, decision: Decision, version: str) -> None:
        """As the task does it."""
        bench, service = self.shop.bench, self.shop.service
        with suppress(FlowError):
            decide(bench, service, v(version), decision, key=self.shop.keys[key], reason="")
            found = artifacts(bench, service, v(version))
            self._note(key, self._attachments(found.image)[-1].files)

    def sign(
        self, key: str, decision: Decision, version: str, image: Digest, environment: str, hours: int
    ) -> None:
        """By hand, whatever it is, attached to whatever it is about.

        :param hours: when it was issued, from now; it then counts for three days.
        """
        issued = self.shop.clock.now() + timedelta(hours=hours)
        statement = Statement(
            *(decision, "delivery", version, environment, image, self.found[version].chart),
            *(issued, issued + timedelta(hours=72)),
        )
        data = write_statement(statement)
        signature = self.shop.signer.sign(data, self.shop.keys[key], APPROVAL_NAMESPACE)
        files = {_STATEMENT: data, _SIGNATURE: signature}
        self._note(key, files)
        self.shop.registry.attach(IMAGE.at(image), APPROVAL_TYPE, files)

    def attach_again(self, number: int, image: Digest) -> None:
        """What was signed once is attached to an image, perhaps another one, perhaps after it was deleted."""
        if self.kept:
            self.shop.registry.attach(IMAGE.at(image), APPROVAL_TYPE, self.kept[number % len(self.kept)])

    def tamper(self, number: int, image: Digest, old: bytes, new: bytes) -> None:
        """The same, changed after it was signed."""
        if self.kept:
            files = self.kept[number % len(self.kept)]
            changed = {**files, _STATEMENT: files[_STATEMENT].replace(old, new)}
            self.shop.registry.attach(IMAGE.at(image), APPROVAL_TYPE, changed)

    def delete(self, number: int, image: Digest) -> None:
        """A decision is taken away from an image."""
        there = self._attachments(image)
        if there:
            self.shop.registry.remove(IMAGE.at(there[number % len(there)].digest))

    def retag(self, version: str, image: Digest, chart: str) -> None:
        """A version's tags name other things that are in the registry."""
        self.shop.registry.copy(IMAGE.at(image), IMAGE.tagged(f"v{version}"))
        self.shop.registry.copy(CHART.at(self.found[chart].chart), CHART.tagged(version))

    def testify(self, image: Digest, key: str) -> None:
        """Whoever it is says as evidence that all is well."""
        attest(self.shop, IMAGE.at(image), contents(self.shop), key=self.shop.keys[key])

    def vouch(self, version: str, image: Digest, chart: str) -> None:
        """A builder testifies that a version is something else: it was lied to."""
        shop, exact = self.shop, self.found[chart].chart
        commit = record(shop.bench, shop.service, v(version)).commit
        said = Released(version, exact, commit, shop.clock.now())
        inputs = shop.registry.labels(IMAGE.at(image))[INPUTS_LABEL]
        attest(shop, IMAGE.at(image), {EvidenceKind.RELEASE: said}, inputs=inputs)
        self.vouched.add((version, image, exact))

    def borrow(self, source: Digest, target: Digest) -> None:
        """Evidence about one image is attached to another."""
        for item in self.shop.registry.attachments(IMAGE.at(source), *_EVIDENCE):
            self.shop.registry.attach(IMAGE.at(target), item.artifact_type, item.files)

    def wait(self, hours: int) -> None:
        self.shop.clock.time += timedelta(hours=hours)
        self.shop.signer.now = self.shop.clock.time

    def main_says(self, *, approvers: set[str], builder_counts: bool, required: int) -> None:
        """A pull request into main, which somebody else approved."""
        self.approvers, self.builder_counts, self.required = approvers, builder_counts, required
        self._publish()

    def branch_says_that_all_may(self) -> None:
        """A branch that is checked out, and never gets into main."""
        self._branches += 1
        name = f"mine-{self._branches}"
        self.shop.source.create_branch(name, "HEAD")
        self.shop.source.check_out(name)
        self.shop.commit(self._policy(set(KEYS), builders={"builder", "stranger"}, required=1))

    def promote(self, version: str) -> None:
        self._try(*promotion(self.shop.service, v(version), "prod"))

    def plan(self, version: str) -> None:
        with suppress(FlowError):
            seen = preview(self.shop.bench, self.shop.service, v(version), reason="planned", downgrade=True)
            self.plans.append(seen.plan)

    def apply(self, number: int) -> None:
        if self.plans:
            with suppress(FlowError):
                carry_out(self.shop.bench, self.shop.service, self.plans[number % len(self.plans)])

    def deploy(self, version: str) -> None:
        self._try(Action(Verb.DEPLOY, "delivery", "", v(version), "prod"))

    def lose(self, version: str) -> None:
        """A version that ran in production is gone: its cluster was made anew, say."""
        self.shop.namespace("prod").releases.uninstall(release_name("delivery", v(version)))

    def switch(self, version: str, expected: str | None) -> None:
        seen = Expected(v(expected) if expected else None)
        self._try(Action(Verb.SWITCH, "delivery", "", v(version), "prod", seen))

    # What must be true afterwards.

    def check(self) -> None:
        """What came into production since the last look may be there.

        :raises TrespassError: it may not, and why.
        """
        registry, releases = self.shop.registry, self.shop.namespace("prod").releases
        for version in VERSIONS:
            image = registry.digest(IMAGE.under("prod").tagged(f"v{version}"))
            chart = registry.digest(CHART.under("prod").tagged(version))
            revision = releases.get(release_name("delivery", v(version)))
            if image is None or chart is None:
                _refuse([f"{version} runs without having been let in"] if revision else [])
                continue
            if (version, image, chart) not in self._arrived:
                self._arrived.add((version, image, chart))
                _refuse([*self.against(version, image, chart)])
                self.let_in.add((version, image, chart))
            if revision and (revision.release, revision.updated) not in self._deployed:
                self._deployed.add((revision.release, revision.updated))
                values = revision.values["image"]
                assert isinstance(values, dict)
                same = values["digest"] == str(image) and values["repository"] == "prod/delivery"
                _refuse([] if same else [f"{version} runs as {values}"])
                _refuse([*self._rejections(version, image, chart)])
        live = active_version(self.shop.bench, self.shop.service, self.shop.prod)
        rightly = live is None or str(live) in {version for version, _, _ in self.let_in}
        _refuse([] if rightly else [f"{live} is live"])

    def against(self, version: str, image: Digest, chart: Digest) -> Iterator[str]:
        """Why something must not come into production now."""
        now, cutter = self.shop.clock.now(), CUTTERS[version]
        people = {
            PEOPLE[one.key]
            for one in self.said.values()
            if one.decision is Decision.APPROVE
            and (one.version, one.environment, one.image, one.chart) == (version, "prod", image, chart)
            and one.issued <= now < one.expires
            and one.key in self.approvers
            and PEOPLE[one.key] != cutter
        }
        if len(people) < self.required:
            yield f"{version} has {len(people)} of {self.required} approvals"
        if image not in self.images[:-1] or not self.builder_counts:
            yield f"{version} was built by nobody who counts"
        pushed = (version, self.found[version].image, self.found[version].chart)
        if (version, image, chart) not in {pushed, *self.vouched}:
            yield f"{version} is something else than what was pushed"
        yield from self._rejections(version, image, chart)

    def _rejections(self, version: str, image: Digest, chart: Digest) -> Iterator[str]:
        for item in self._attachments(image):
            one = self.said.get((item.files[_STATEMENT], item.files[_SIGNATURE]))
            if (
                one is not None
                and one.decision is Decision.REJECT
                and (one.version, one.environment, one.image, one.chart) == (version, "prod", image, chart)
                and one.key in self.approvers
            ):
                yield f"{version} was rejected by {one.key}"

    def _attachments(self, image: Digest) -> list[Attachment]:
        return [*self.shop.registry.attachments(IMAGE.at(image), APPROVAL_TYPE)]

    def _note(self, key: str, files: Mapping[str, bytes]) -> None:
        data, fields = files[_STATEMENT], json.loads(files[_STATEMENT])
        self.kept.append(dict(files))
        self.said[data, files[_SIGNATURE]] = Said(
            key,
            Decision(fields["decision"]),
            fields["version"],
            fields["environment"],
            Digest(fields["image"]),
            Digest(fields["chart"]),
            datetime.fromisoformat(fields["issued"]),
            datetime.fromisoformat(fields["expires"]),
        )

    def _try(self, *actions: Action) -> None:
        with suppress(FlowError):
            self.shop.run(*actions)

    def _publish(self) -> None:
        self.shop.source.check_out("main")
        builders = {"builder"} if self.builder_counts else set()
        self.shop.commit(self._policy(self.approvers, builders=builders, required=self.required))
        self.shop.publish()

    def _policy(self, approvers: set[str], *, builders: set[str], required: int) -> dict[str, str]:
        rights: list[tuple[str, str]] = [(key, APPROVAL_NAMESPACE) for key in sorted(approvers)]
        rights += [(key, "git") for key in ("cutter", "ann")]
        rights += [(key, EVIDENCE_NAMESPACE) for key in sorted(builders)]
        public = self.shop._public
        lines = [f'{PEOPLE.get(key, key)} namespaces="{name}" {public[key]}\n' for key, name in rights]
        settings = f"[tool.build_tasks.approval]\nrequired = {required}\n"
        return {SIGNERS: "".join(lines), "pyproject.toml": settings}


Deeds = Callable[[World], None]


def _refuse(reasons: list[str]) -> None:
    if reasons:
        raise TrespassError("; ".join(reasons))
