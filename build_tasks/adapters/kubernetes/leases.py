"""Leases of one environment, through kubectl and the environment's own account.

Requests are made by path (``--raw``): kubectl then asks nothing but the one thing, and gives back what the
API server says. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from build_tasks.adapters.kubernetes.deployer_account import DeployerAccount
from build_tasks.adapters.kubernetes.failures import cluster_failure
from build_tasks.adapters.programs.process import Completed
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.leases import Holder, Lease

#: Seconds for one request: a lease that cannot be renewed in that time is tried again.
_PATIENCE = 5.0
#: Annotation with what the holder typed.
_COMMAND = "build-tasks/command"
#: ... and with its process, for others on its machine.
_PROCESS = "build-tasks/process"
#: What the API server answers when what is there is not what was seen. Of a Lease that is to be made, "not
#: found" is said when there is no such namespace.
_OTHERWISE = {
    "get": ("(NotFound)",),
    "create": ("(AlreadyExists)",),
    "replace": ("(Conflict)", "(NotFound)"),
    "delete": ("(Conflict)", "(NotFound)"),
}


class _Metadata(msgspec.Struct, rename="camel"):
    name: str
    uid: str
    resource_version: str
    annotations: dict[str, str] = {}


class _Spec(msgspec.Struct, rename="camel"):
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: datetime | None = None


class _Object(msgspec.Struct):
    metadata: _Metadata
    spec: _Spec = msgspec.field(default_factory=_Spec)


class KubectlLeases(DeployerAccount):
    """Implements :class:`build_tasks.ports.leases.Leases`.

    An interruption lets every request end: a Lease that was made while nobody waited for the answer would be
    left behind. ``resourceVersion`` in what is written makes the API server compare
    (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions), and ``uid`` keeps it
    from making a Lease anew that is gone: it would, for this kind.
    """

    def read(self, name: str) -> Lease | None:
        what = f"read the Lease {name} in {self.environment.name}"
        done = self._ask("get", self._path(name), what=what)
        return self._lease(done.stdout, what) if done else None

    def take(self, name: str, holder: Holder, seconds: int, instead_of: Lease | None = None) -> Lease | None:
        what = f"take the Lease {name} in {self.environment.name}"
        edition = instead_of.edition if instead_of else ""
        now = datetime.now(UTC)
        wanted = Lease(name, holder.name, holder.command, now, seconds, edition, holder.process)
        if instead_of is None:
            return self._write("create", self._path(), wanted, what)
        return self._write("replace", self._path(name), wanted, what)

    def renew(self, lease: Lease) -> Lease | None:
        what = f"renew the Lease {lease.name} in {self.environment.name}"
        return self._write("replace", self._path(lease.name), lease, what)

    def give_up(self, lease: Lease) -> None:
        what = f"give up the Lease {lease.name} in {self.environment.name}"
        seen = {"preconditions": _seen(lease)}
        self._ask("delete", self._path(lease.name), "--filename=-", what=what, stdin=json.dumps(seen))

    def _write(self, verb: str, path: str, wanted: Lease, what: str) -> Lease | None:
        done = self._ask(verb, path, "--filename=-", what=what, stdin=_text(wanted))
        return replace(wanted, edition=self._lease(done.stdout, what).edition) if done else None

    def _ask(
        self, verb: str, path: str, *words: str, what: str, stdin: str | None = None
    ) -> Completed | None:
        """The answer; None if the API server says that it is otherwise than was thought."""
        limit = f"--request-timeout={_PATIENCE:g}s"
        body = None if stdin is None else stdin.encode()
        done = self._run(
            verb,
            f"--raw={path}",
            limit,
            *words,
            what=what,
            stdin=body,
            timeout=_PATIENCE + 1,
            uninterrupted=True,
        )
        if done.status == 0:
            return done
        if any(text in done.stderr for text in _OTHERWISE[verb]):
            return None
        if "(Forbidden)" in done.stderr:
            raise self._forbidden(what, done)
        raise cluster_failure(what, self.environment, done, self.processes.log.path)

    def _forbidden(self, what: str, done: Completed) -> FlowError:
        why = f"the account of {self.environment.kubeconfig} may not"
        fix = "allow it leases of coordination.k8s.io in that namespace: get, create, update, delete"
        return FlowError(what, why, fix, details=done.stderr.strip().splitlines()[-3:])

    def _lease(self, text: str, what: str) -> Lease:
        try:
            found = msgspec.json.decode(text, type=_Object)
        except msgspec.DecodeError as error:
            why = f"the answer is no Lease: {error}"
            raise FlowError(what, why, code=ExitCode.TOOL_FAILED, log=self.processes.log.path) from None
        command = found.metadata.annotations.get(_COMMAND, "")
        spec = found.spec
        return Lease(
            found.metadata.name,
            spec.holder_identity or "",
            command,
            spec.acquire_time,
            spec.lease_duration_seconds or 0,
            f"{found.metadata.uid}/{found.metadata.resource_version}",
            found.metadata.annotations.get(_PROCESS, ""),
        )

    def _path(self, name: str = "") -> str:
        leases = f"/apis/coordination.k8s.io/v1/namespaces/{self.environment.namespace}/leases"
        return f"{leases}/{name}" if name else leases


def _text(lease: Lease) -> str:
    """The object to send; its times tell people, nobody decides by them."""
    metadata: dict[str, object] = {
        "name": lease.name,
        "labels": {"app.kubernetes.io/managed-by": "build-tasks"},
        "annotations": {_COMMAND: lease.command, **({_PROCESS: lease.process} if lease.process else {})},
        **_seen(lease),
    }
    since = lease.since or datetime.now(UTC)
    spec = {
        "holderIdentity": lease.holder,
        "leaseDurationSeconds": lease.seconds,
        "acquireTime": _micro(since),
        "renewTime": _micro(datetime.now(UTC)),
    }
    kind = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
    return json.dumps({**kind, "metadata": metadata, "spec": spec})


def _seen(lease: Lease) -> dict[str, str]:
    """What the API server is to compare; nothing of a Lease that is to be made."""
    uid, _, version = lease.edition.partition("/")
    return {"uid": uid, "resourceVersion": version} if lease.edition else {}


def _micro(moment: datetime) -> str:
    """Kubernetes' MicroTime."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
