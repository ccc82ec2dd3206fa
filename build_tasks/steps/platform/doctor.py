"""`platform.doctor`: tries things rather than assuming them, and says what to do about each that fails."""

from __future__ import annotations

from collections.abc import Iterator

from build_tasks.errors import FlowError
from build_tasks.model.local_platform import CheckResult, Verdict
from build_tasks.steps.platform.builder_key import check_builder_key
from build_tasks.steps.platform.cluster_plan import cluster_plan
from build_tasks.steps.platform.clusters import ClusterState, cluster_states
from build_tasks.steps.platform.engine import INOTIFY_INSTANCES
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.trials import check_accounts, check_admission, check_connections

_UP = "run `./inv platform.up`"
_GIB = 1024**3
#: Images, nodes and build cache of the platform take about 8 GiB; a full disk makes kubelet evict pods.
_DISK_WARNING, _DISK_FAILURE = 15 * _GIB, 5 * _GIB


def doctor(parts: PlatformParts) -> list[CheckResult]:
    """Try every part of the platform; one result a trial, in the order in which to repair them."""
    results = [*_host(parts), *_engine(parts)]
    if results[-1].verdict is Verdict.FAILED:
        return results
    results.append(check_builder_key(parts))
    results += _registry(parts)
    states = cluster_states(parts, cluster_plan(parts))
    results += [_cluster(parts, name, state) for name, state in states.items()]
    alive = tuple(name for name in states if parts.admin(name).answers())
    for answers in parts.side_by_side(lambda name: _inside(parts, name), alive):
        results += answers
    return results


def _engine(parts: PlatformParts) -> Iterator[CheckResult]:
    choice = parts.engine
    if choice.managed and not parts.managed.answers():
        yield CheckResult("container engine", Verdict.FAILED, "the managed engine does not run", _UP)
        return
    kind = "managed" if choice.managed else "yours"
    yield CheckResult("container engine", Verdict.OK, f"{choice.host}, {kind}, version {choice.version}")
    missing = parts.supplies.missing_tools()
    if missing:
        yield CheckResult("tools", Verdict.FAILED, f"not provided yet: {', '.join(missing)}", _UP)


def _host(parts: PlatformParts) -> Iterator[CheckResult]:
    version = parts.host.cgroup_version()
    if version:
        note = " (kubelet is told to accept it)" if version == 1 else ""
        yield CheckResult("cgroups", Verdict.OK, f"version {version}{note}")
    limit = parts.host.inotify_instances()
    if limit >= 0:
        enough = limit >= INOTIFY_INSTANCES
        fix = f"sudo sysctl fs.inotify.max_user_instances={INOTIFY_INSTANCES}"
        verdict = Verdict.OK if enough else Verdict.FAILED
        yield CheckResult("fs.inotify.max_user_instances", verdict, str(limit), "" if enough else fix)
    yield _disk(parts)


def _disk(parts: PlatformParts) -> CheckResult:
    free = parts.host.free_bytes(parts.cache)
    found = f"{free / _GIB:.1f} GiB free at {parts.cache}"
    if free >= _DISK_WARNING:
        return CheckResult("disk", Verdict.OK, found)
    verdict = Verdict.WARNING if free >= _DISK_FAILURE else Verdict.FAILED
    return CheckResult("disk", verdict, found, "run `./inv platform.prune`, or make room")


def _registry(parts: PlatformParts) -> Iterator[CheckResult]:
    host, port = parts.instance.registry_host, parts.instance.registry_port
    if not parts.host.http_ok(f"http://{host}/v2/"):
        taken = not parts.host.port_free(port)
        found = f"something else listens on port {port}" if taken else "it does not answer"
        fix = "end what listens there, then " + _UP if taken else _UP
        yield CheckResult(f"registry {host}", Verdict.FAILED, found, fix)
        return
    yield CheckResult(f"registry {host}", Verdict.OK, "answers on the host")
    if parts.host.may_upload(host, "prod/write-trial"):
        yield CheckResult(
            "write rights of the registry",
            Verdict.WARNING,
            "it enforces none: whoever reaches it may write prod/",
            "fine on one machine; docs/security.md says how a real registry keeps prod/ to the delivery job",
        )
    else:
        yield CheckResult("write rights of the registry", Verdict.OK, "an upload to prod/ was refused")


def _cluster(parts: PlatformParts, name: str, state: ClusterState) -> CheckResult:
    title = f"cluster {parts.instance.cluster_name(name)}"
    if state is ClusterState.FINE:
        return CheckResult(title, Verdict.OK, state.value)
    if state is ClusterState.OUTDATED:
        return CheckResult(title, Verdict.WARNING, state.value, _UP.rstrip("`") + " --recreate`")
    return CheckResult(title, Verdict.FAILED, state.value, _UP)


def _inside(parts: PlatformParts, cluster: str) -> list[CheckResult]:
    results: list[CheckResult] = []
    for check in (check_connections, check_accounts, check_admission):
        try:
            results += check(parts, cluster)
        except FlowError as error:
            results.append(
                CheckResult(f"{cluster}: {error.what}", Verdict.FAILED, error.why, error.fix or _UP)
            )
    return results
