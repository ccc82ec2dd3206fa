"""A CI agent whose registry and clusters are elsewhere: it needs programs, and an engine to build with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import EngineChoice
from build_tasks.model.platform import Toolbox
from build_tasks.ports.reporting import Reporter

#: What the flow's steps call; everything else that there are recipes for makes up the local platform.
PROGRAMS = ("docker", "docker-buildx", "oras", "helm", "kubectl", "grype", "syft")


@dataclass(frozen=True)
class Agent:
    """The machine, and what is done to it.

    :param has_platform: `platform.up` brought all programs before.
    :param provide: brings programs.
    :param record: lets the tasks find them, and the engine.
    :param take_updates: has base images that lack security updates made anew; takes an engine that answers.
    """

    engine: EngineChoice
    has_platform: bool
    provide: Callable[[Iterable[str]], Toolbox]
    record: Callable[[Toolbox], None]
    take_updates: Callable[[], None]


def bring_tools(agent: Agent, reporter: Reporter) -> None:
    """Bring the programs that the flow needs, and no more, where there is no platform that has them.

    An agent that keeps its engine keeps its base images as well, and may never see `platform.up`: it takes
    security updates here.

    :raises FlowError: UNAVAILABLE when no engine answers.
    """
    if agent.has_platform:
        reporter.skip("tools", "platform.up brought them")
    else:
        _bring(agent)
    if agent.engine.version:
        agent.take_updates()


def _bring(agent: Agent) -> None:
    if agent.engine.managed and not agent.engine.version:
        fix = "install one on the agent; or let ci.prepare be ./inv platform.up, which brings one (as root)"
        raise FlowError("find a container engine", agent.engine.reason, fix, code=ExitCode.UNAVAILABLE)
    agent.record(agent.provide(PROGRAMS))
