"""A release from a commit of main into production: our tasks beside a script that calls the same programs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.by_hand import Hands, build_options, hands
from bench.measuring import Comparison, Measured, Side, compare, compared
from bench.tools_time import covered, intervals, logs_of, pauses
from build_tasks.model.scan import ScannerName
from build_tasks.planning.names import release_branch
from build_tasks.recipes import FOLDER
from build_tasks.steps.demo.stage import APPROVER, MANAGER, Stage
from build_tasks.steps.demo.versions import next_versions
from build_tasks.steps.evidence.released import released_versions
from build_tasks.steps.workbench import Workbench
from build_tasks.wiring import Composition

_AGENT = "the CI agent"
#: Tags of the script are nobody's.
_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "bench"), ("EMAIL", "bench@localhost"))
}


@dataclass(frozen=True)
class Step:
    """One command of ours: its seconds, and those in which a tool of it was at work.

    :param waiting: seconds in which none was, but it waited to look at something again.
    """

    name: str
    wall: float
    tools: float
    waiting: float = 0.0


@dataclass
class OurWay:
    """Our tasks, in clones of their own.

    :param file: in the repository; a line at its end makes content that was never built before.
    :param rounds: what each release took, command by command.
    """

    bench: Workbench
    stage: Stage
    service: str
    file: str
    rounds: list[list[Step]] = field(default_factory=list)

    def release(self) -> float:
        """A new commit into production; gives the seconds of all commands together."""
        bench, stage, service = self.bench, self.stage, self.service
        version = next_versions(released_versions(bench, bench.services[service]))[0]
        of_version = ("--version", str(version))
        cut = ("release.cut", service, *of_version, "--key", str(stage.manager_key), "--push")
        approve = (f"{service}.approve", *of_version, "--key", str(stage.approver_key))
        commit(stage, self.file)
        self._agent_on(stage.main)
        steps = [self._type("ci.run, main", stage.agent, "ci.run", who=_AGENT)]
        steps.append(self._type("release.cut", stage.developer, *cut, who=MANAGER))
        self._agent_on(release_branch(service, version))
        steps.append(self._type("ci.run, release branch", stage.agent, "ci.run", who=_AGENT))
        steps.append(self._type("approve", stage.developer, *approve, who=APPROVER))
        steps.append(self._type("promote", stage.agent, f"{service}.promote", *of_version, who=_AGENT))
        self.rounds.append(steps)
        return sum(step.wall for step in steps)

    def _type(self, name: str, folder: Path, *words: str, who: str) -> Step:
        with logs_of(folder) as logs:
            typed = self.stage.must(folder, *words, who=who)
        at_work = [span for log in logs for span in intervals(log)]
        tools, both = covered(at_work), covered([*at_work, *(span for log in logs for span in pauses(log))])
        return Step(name, typed.seconds, tools, both - tools)

    def _agent_on(self, branch: str) -> None:
        self.stage.git(self.stage.agent, "fetch", "--quiet", "--tags", "origin")
        self.stage.git(self.stage.agent, "checkout", "--quiet", "-B", branch, f"origin/{branch}")


@dataclass(frozen=True)
class ByHand:
    """The script, in a clone of its own.

    :param variables: what it takes from the environment.
    """

    stage: Stage
    hands: Hands
    service: str
    file: str
    variables: dict[str, str]

    def release(self) -> float:
        """A new commit into production; gives the script's seconds. What it deployed is removed then."""
        commit(self.stage, self.file)
        version = f"0.0.{int(time.time())}"
        try:
            clone = self.stage.developer
            return self.hands.script("release.sh", self.service, version, cwd=clone, **self.variables)
        finally:
            for place in (self.variables["QA"], self.variables["PROD"]):
                context, _, namespace = place.partition("/")
                names = (f"bench-{self.service}", f"bench-{self.service}-traffic")
                where = ("--kube-context", context, "--namespace", namespace)
                self.hands.run(["helm", "uninstall", *names, *where, "--ignore-not-found", "--wait"])


def release_flow(
    composition: Composition, service: str, file: str, *, rounds: int, tell: Callable[[str], None]
) -> list[Comparison]:
    """Both ways; where ours spends its time; and what of it no tool was at work in."""
    ours = OurWay(composition.workbench, _stage(composition, "ours"), service, file)
    theirs = _by_hand(composition, service, file)
    sides = [
        Side("by hand", f"bench/bash/release.sh {service}", theirs.release),
        Side("our tasks", "ci.run, release.cut, ci.run, approve, promote", ours.release),
    ]
    whole = compare(f"a release of {service}", sides, rounds=rounds, tell=tell)
    return [whole, *parts(ours.rounds[-rounds:])]


def parts(rounds: Sequence[Sequence[Step]]) -> list[Comparison]:
    """Our commands beside the whole, and what of the whole is ours: neither inside a tool nor beside one.

    Starting Python counts as ours, and so does waiting between two looks at pods, which a script leaves to
    helm: the last line is without that.
    """
    whole = Measured(Side("whole", "all of our commands", float), _sums(rounds, lambda step: step.wall))
    commands = [
        Measured(Side(step.name, "", float), tuple(steps[number].wall for steps in rounds))
        for number, step in enumerate(rounds[0])
    ]
    outside = _sums(rounds, lambda step: step.wall - step.tools)
    own = Measured(Side("our share", "the time in which no tool is at work", float, at_most=0.05), outside)
    working = _sums(rounds, lambda step: step.wall - step.tools - step.waiting)
    work = Measured(Side("our work", "without waiting between two looks at pods", float), working)
    return [compared("our commands", [whole, *commands]), compared("our share", [whole, own, work])]


def commit(stage: Stage, file: str) -> None:
    """A commit on main whose content was never built before, pushed."""
    clone = stage.developer
    with (clone / file).open("a", encoding="utf-8") as opened:
        opened.write(f"\n# Measured: {uuid4().hex}.\n")
    stage.git(clone, "commit", "--quiet", "--all", "-m", f"Measure {file}")
    stage.git(clone, "push", "--quiet", "origin", stage.main)


def _sums(rounds: Sequence[Sequence[Step]], of: Callable[[Step], float]) -> tuple[float, ...]:
    return tuple(sum(map(of, steps)) for steps in rounds)


def _stage(composition: Composition, name: str) -> Stage:
    bench = composition.workbench
    folder = bench.settings.build_folder / "bench" / name
    made = Stage(composition.root, folder, bench.settings.main_branch, composition.commands, bench.reporter)
    made.set_up(bench.settings.allowed_signers, bench.signer.public_half(bench.builder_key))
    return made


def _by_hand(composition: Composition, service: str, file: str) -> ByHand:
    bench, stage = composition.workbench, _stage(composition, "by-hand")
    qa, production = bench.settings.environments["qa"], bench.settings.production
    keys = stage.folder / "script-keys"
    keys.mkdir(mode=0o700)
    people = ("builder", "manager", "approver")
    lines = [f"{who} {composition.commands.new_key(keys / who, who)}\n" for who in people]
    (keys / "allowed_signers").write_text("".join(lines), encoding="utf-8")
    variables = {
        "QA": f"{qa.context}/{qa.namespace}",
        "PROD": f"{production.context}/{production.namespace}",
        "KEYS": str(keys),
        # The scanner that the tasks will use, too.
        "SCANNER": "apt" if bench.scanners[ScannerName.GRYPE].obstacle() else "grype",
        "BUILD_OPTIONS": "\n".join(build_options(composition, [bench.services[service]])),
        "TRAFFIC": str(FOLDER / "charts" / "traffic"),
        "SYFT": str(FOLDER / "scanning" / "syft.yaml"),
        **_IDENTITY,
    }
    return ByHand(stage, hands(composition, [qa, production]), service, file, variables)
