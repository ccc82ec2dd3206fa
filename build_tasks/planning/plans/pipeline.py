"""From what an event calls for to a plan."""

from __future__ import annotations

from collections.abc import Sequence

from build_tasks.model.affected import Affected
from build_tasks.model.plan import Action, Expected, Plan, Verb
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.ci.triggers import Extent, Trigger


def continuous_integration(
    trigger: Trigger, services: dict[str, Service], concerned: Sequence[Affected], deliver: bool
) -> Plan:
    """The plan of `inv ci.run`.

    :param concerned: services that the event's change concerns (not looked at for a release).
    :param deliver: go on through the service's environments after a release's artifacts are pushed.
    """
    match trigger.extent:
        case Extent.NOTHING:
            return Plan(trigger.because)
        case Extent.RELEASE:
            assert trigger.version is not None
            service = services[trigger.service]
            steps = release(service, trigger.version)
            if deliver:
                steps += delivery(service, trigger.version)
            return Plan(trigger.because, tuple(steps))
        case Extent.VALIDATION:
            return _validation(trigger, concerned)
        case Extent.CANDIDATE | Extent.PUBLICATION as extent:
            make = publication if extent is Extent.PUBLICATION else candidate
            actions = [a for c in concerned for a in make(c.service, c.because)]
            return Plan(trigger.because, tuple(actions), _unconcerned(services, concerned))


def _validation(trigger: Trigger, concerned: Sequence[Affected]) -> Plan:
    mine = [c for c in concerned if c.service == trigger.service]
    if not mine:
        return Plan(trigger.because, (), (f"{trigger.service}: nothing that it is built from changed",))
    actions = [a for c in mine for a in validation(c.service, c.because)]
    return Plan(trigger.because, tuple(actions))


def _unconcerned(services: dict[str, Service], concerned: Sequence[Affected]) -> tuple[str, ...]:
    names = {c.service for c in concerned}
    return tuple(f"{s}: nothing that it is built from changed" for s in sorted(services) if s not in names)


def validation(service: str, reason: str) -> list[Action]:
    """The least: does it build, do its tests pass?"""
    return [
        Action(Verb.BUILD, service, reason),
        Action(Verb.TEST, service, "unit tests in the testrunner container"),
    ]


def candidate(service: str, reason: str) -> list[Action]:
    """What keeps main releasable: validation, the runtime image and its scan, and the chart's checks."""
    return [
        *validation(service, reason),
        Action(Verb.IMAGE, service, "main is always releasable: the runtime image, held to the conventions"),
        Action(
            Verb.SCAN, service, "main is always releasable: what is vulnerable in the image, by the policy"
        ),
        Action(Verb.PACKAGE, service, "main is always releasable: the chart, held to the conventions"),
    ]


def publication(service: str, reason: str) -> list[Action]:
    """What main does with a change: all of that, once for all machines."""
    why = "the candidate with its evidence: no machine builds, tests or scans the same again"
    return [*candidate(service, reason), Action(Verb.PUBLISH, service, why)]


def release(service: Service, version: Version) -> list[Action]:
    """The full build of a release branch: all checks, then image and chart under the branch's version."""
    name = service.name
    return [
        *validation(name, "a release is built and tested in full"),
        Action(Verb.IMAGE, name, "the runtime image, held to the conventions"),
        Action(Verb.SCAN, name, "what is known by now of what is in the image, held to the policy", version),
        Action(Verb.PACKAGE, name, "chart version = appVersion = the branch's version", version),
        Action(
            Verb.PUSH, name, "image and chart, under the branch's version; nothing is overwritten", version
        ),
    ]


def delivery(service: Service, version: Version) -> list[Action]:
    """Through the pre-production environments, then stop for an approver."""
    actions = [a for e in service.environments for a in deployment(service, version, e)]
    last = service.environments[-1] if service.environments else ""
    if version.is_prerelease:
        return actions
    reason = f"production needs an approval; verified in {last}" if last else "production needs an approval"
    return [*actions, Action(Verb.AWAIT_APPROVAL, service.name, reason, version)]


def deployment(
    service: Service, version: Version, environment: str, expected: Expected | None = None
) -> list[Action]:
    """One environment: beside what runs, verified before any traffic reaches it, then the traffic.

    :param expected: what is live there now, where that was looked at.
    """
    name = service.name
    actions = [
        Action(Verb.DEPLOY, name, "beside the versions that run", version, environment),
        Action(Verb.VERIFY, name, "its smoke test, through its own Service", version, environment),
    ]
    if service.switch_automatic:
        actions += [
            Action(Verb.SWITCH, name, "verified; switch.automatic is on", version, environment, expected),
            Action(Verb.RETIRE, name, f"keep_versions is {service.keep_versions}", None, environment),
        ]
    return actions


def working_tree(service: Service, environment: str) -> list[Action]:
    """What is in the working tree, under a name made from its content, and at once live."""
    name = service.name
    return [
        Action(Verb.DEPLOY, name, "the working tree, named by its content", None, environment),
        Action(Verb.SWITCH, name, "dev shows what was deployed last", None, environment),
    ]


def promotion(
    service: Service, version: Version, production: str, expected: Expected | None = None
) -> list[Action]:
    """Into production: gate, copy by digest, deploy, verify, traffic.

    :param expected: what is live in production when this is planned.
    """
    name = service.name
    return [
        Action(Verb.CHECK_APPROVAL, name, "a valid approval of exactly these digests", version, production),
        Action(
            Verb.CHECK_EVIDENCE,
            name,
            "all of it, about this image, by builders that main accepts",
            version,
            production,
        ),
        Action(
            Verb.COPY, name, "image, statements and chart to prod/, by digest, inside the registry", version
        ),
        *deployment(service, version, production, expected),
    ]
