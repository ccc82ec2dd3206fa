"""The story, chapter by chapter."""

from __future__ import annotations

from dataclasses import dataclass

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_branch
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.demo.application import release_application
from build_tasks.steps.demo.changes import Change, broken, working
from build_tasks.steps.demo.client import Client, Tally
from build_tasks.steps.demo.stage import APPROVER, MANAGER, Stage
from build_tasks.steps.demo.versions import next_versions
from build_tasks.steps.evidence.released import artifacts, released_versions
from build_tasks.steps.side_by_side import Crew
from build_tasks.steps.workbench import Workbench

#: The whole point of looking at pods instead of waiting for a timeout.
EXPLAINED_WITHIN = 30.0
#: Seconds of asking around a rollback.
_ASKING = 8
_DEVELOPER, _AGENT = "a developer", "the CI agent"


@dataclass(frozen=True)
class Outcome:
    """What the demonstration showed.

    :param broken: the version that was explained and never approved.
    :param explained: seconds from its deployment to its explanation.
    :param rollback: seconds of the rollback command.
    """

    broken: Version
    explained: float
    rollback: float
    tally: Tally


def tell(bench: Workbench, stage: Stage, service: Service, crew: Crew) -> Outcome:
    """Tell the whole story; every chapter acts on the real platform.

    :param crew: who releases the application's services side by side.
    :raises FlowError: something did not happen as the story says.
    """
    release_application(bench, stage, crew)
    production = bench.settings.production
    before = active_version(bench, service, production)
    assert before is not None, "it was released, or was live"
    good, bad = next_versions(released_versions(bench, service))
    stamp = f"{good} at {bench.clock.now():%Y-%m-%d %H:%M:%S}"
    _release(stage, working(stamp), good)
    _into_production(stage, good)
    stage.must(stage.developer, "app.verify", "--env", production.name, who="does all of it work together?")
    explained = _broken_release(stage, broken(), bad)
    rollback, tally = _rollback(bench, stage, service, (before, good))
    return Outcome(bad, explained, rollback, tally)


def _release(stage: Stage, change: Change, version: Version) -> None:
    """Feature branch, pull request, main, release branch through QA to the approval."""
    _merge(stage, change)
    _cut(stage, version)
    stage.must(stage.agent, "ci.run", who=f"{_AGENT}, for the new release branch")


def _merge(stage: Stage, change: Change) -> None:
    clone = stage.developer
    stage.git(clone, "checkout", "--quiet", "-B", change.branch, stage.main)
    change.make(clone)
    stage.git(clone, "commit", "--quiet", "--all", "-m", change.subject)
    stage.git(clone, "push", "--quiet", "--force", "origin", change.branch)
    stage.say(f"git push origin {change.branch}")
    _checkout(stage, change.branch)
    stage.must(stage.agent, "ci.run", who=f"{_AGENT}, for the push")
    stage.must(stage.agent, "ci.run", "--event", "pull_request", who=f"{_AGENT}, for the pull request")
    stage.git(clone, "checkout", "--quiet", stage.main)
    stage.git(clone, "merge", "--quiet", "--no-ff", "-m", f"Merge: {change.subject}", change.branch)
    stage.git(clone, "push", "--quiet", "origin", stage.main)
    stage.say(f"git push origin {stage.main}    (the pull request is merged)")
    _checkout(stage, stage.main)
    stage.must(stage.agent, "ci.run", who=f"{_AGENT}, for the push to {stage.main}")


def _cut(stage: Stage, version: Version) -> None:
    key = str(stage.manager_key)
    words = ("release.cut", "delivery", "--version", str(version), "--key", key, "--push")
    stage.must(stage.developer, *words, who=MANAGER)
    _checkout(stage, release_branch("delivery", version))


def _checkout(stage: Stage, branch: str) -> None:
    stage.git(stage.agent, "fetch", "--quiet", "--tags", "origin")
    stage.git(stage.agent, "checkout", "--quiet", "-B", branch, f"origin/{branch}")


def _into_production(stage: Stage, version: Version) -> None:
    key = str(stage.approver_key)
    stage.must(stage.developer, "delivery.approve", "--version", str(version), "--key", key, who=APPROVER)
    stage.must(stage.agent, "delivery.promote", "--version", str(version), who="the delivery job")


def _broken_release(stage: Stage, change: Change, version: Version) -> float:
    """It fails in QA, is explained at once, and cannot be approved; gives the seconds that took."""
    _merge(stage, change)
    _cut(stage, version)
    stage.must(stage.agent, "ci.run", "--no-deliver", who=f"{_AGENT}: every check passes")
    failed = stage.inv(stage.agent, "ci.deliver", who=f"{_AGENT}: QA finds out")
    _expect(failed.status == ExitCode.DEPLOY_FAILED, f"{version.tag} fails in QA", f"status {failed.status}")
    _expect(failed.seconds < EXPLAINED_WITHIN, "it is explained at once", f"after {failed.seconds:.0f} s")
    key = str(stage.approver_key)
    words = ("delivery.approve", "--version", str(version), "--key", key)
    refused = stage.inv(stage.developer, *words, who=f"{APPROVER} tries anyway")
    _expect(refused.status == ExitCode.REFUSED, "it cannot be approved", f"status {refused.status}")
    return failed.seconds


def _rollback(
    bench: Workbench, stage: Stage, service: Service, versions: tuple[Version, Version]
) -> tuple[float, Tally]:
    """Back to the version before, under traffic.

    :param versions: the one before, and the one that is live.
    """
    production = bench.settings.production
    image = artifacts(bench, service, versions[1]).image
    client = Client(bench, service, production, image, _ASKING)
    stage.reporter.note("a client in production asks without pause, half of it on kept-alive connections")
    with client.running():
        words = ("delivery.rollback", "--env", production.name)
        typed = stage.must(stage.developer, *words, who="whoever is on call")
        with stage.reporter.step("let the client finish", f"it asks for {_ASKING} s in all"):
            tally = client.tally()
    _expect(tally.failed == 0, "no request is lost", "; ".join(tally.errors) or f"{tally.failed} lost")
    answered = set(map(str, versions))
    _expect(set(tally.versions) == answered, "both versions answered", f"{tally.versions}")
    return typed.seconds, tally


def _expect(met: bool, what: str, otherwise: str) -> None:
    if not met:
        raise FlowError(f"show that {what}", otherwise, "look at the command's output above")
