"""The container engine: the user's if one fits, else ours."""

from __future__ import annotations

import re

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import EngineChoice
from build_tasks.ports.platform import Engines, ManagedEngine
from build_tasks.steps.platform.parts import PlatformParts

#: Engines before 23 have no named build contexts, and `--privileged` needs CAP_SYS_RESOURCE there.
OLDEST_ENGINE = 23
#: kind: the second cluster on a host dies on fewer, https://kind.sigs.k8s.io/docs/user/known-issues/.
INOTIFY_INSTANCES = 512
_WHAT = "find a container engine"


def fits(version: str) -> bool:
    """Whether an engine of that version can carry the platform."""
    major = re.match(r"\d+", version)
    return major is not None and int(major[0]) >= OLDEST_ENGINE


def choose_engine(engines: Engines, managed: ManagedEngine) -> EngineChoice:
    """Which engine to use; starts nothing.

    :raises FlowError: UNAVAILABLE when no engine fits and ours cannot run here.
    """
    if managed.running():
        return EngineChoice(managed.host, engines.version(managed.host), True, "the managed engine runs")
    host = engines.host()
    if host == managed.host:
        return EngineChoice(host, "", True, "DOCKER_HOST names the managed engine")
    version = engines.version(host)
    if fits(version):
        return EngineChoice(host, version, False, f"version {version} answers there")
    why = f"{host}: " + (
        f"version {version} is older than {OLDEST_ENGINE}" if version else "no engine answers"
    )
    if engines.explicit():
        raise FlowError(
            _WHAT, f"DOCKER_HOST={why}", "correct it, or unset DOCKER_HOST", code=ExitCode.UNAVAILABLE
        )
    obstacle = managed.obstacle()
    if obstacle:
        why, fix = f"{why}; a managed one: {obstacle}", engines.advice(OLDEST_ENGINE)
        raise FlowError(_WHAT, why, fix, code=ExitCode.UNAVAILABLE)
    return EngineChoice(managed.host, "", True, why)


def ensure_engine(parts: PlatformParts) -> None:
    """Start the managed engine if it is the one to use and does not run."""
    choice = parts.engine
    if not choice.managed:
        parts.reporter.skip("container engine", f"{choice.host}, {choice.reason}")
    elif parts.managed.running() and parts.managed.answers():
        parts.reporter.skip("container engine", "the managed engine runs")
    else:
        with parts.reporter.step("start the managed container engine", choice.reason):
            parts.managed.start()


def ensure_limits(parts: PlatformParts) -> None:
    """Raise the host's inotify limit where we may; two clusters need more than most systems' 128."""
    found = parts.host.inotify_instances()
    if found < 0 or found >= INOTIFY_INSTANCES:
        return
    title = f"raise fs.inotify.max_user_instances from {found} to {INOTIFY_INSTANCES}"
    with parts.reporter.step(title, "the second cluster starves on fewer"):
        raised = parts.host.raise_inotify_instances(INOTIFY_INSTANCES)
    if not raised:
        parts.reporter.warn(f"could not; run `sudo sysctl fs.inotify.max_user_instances={INOTIFY_INSTANCES}`")
