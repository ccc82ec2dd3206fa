"""Releases of one environment, through Helm's own program.

pyhelm3 knows Helm's commands and answers; its Command is made to start Helm through our one door: no
shell (pyhelm3 uses one), no token among the arguments, logged, redacted, ended by Ctrl-C. Its higher layer
(Client, Release) is not used: it starts Helm by itself to learn its version, and one upgrade costs it
several further calls. Where pyhelm3 lacks an option that is needed (labels at upgrade, a selector at list,
foreground deletion, conflicts, tests), the words are given to ``Command.run``.
"""

from __future__ import annotations

import json
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pyhelm3 import Command

from build_tasks.adapters.helm_failures import deploy_failure, is_missing, test_failure, test_log
from build_tasks.adapters.helm_objects import revision, revisions, test_hooks
from build_tasks.adapters.helm_program import HelmProgram
from build_tasks.errors import ToolError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import HookRun, Revision

_Result = TypeVar("_Result")

#: Revisions that Helm keeps of each release.
_HISTORY = 10
#: Go's layout for RFC 3339; Helm's own default for lists cannot be parsed without guessing.
_TIME = "2006-01-02T15:04:05.999999999Z07:00"


class DoorCommand(Command):  # type: ignore[misc]  # pyhelm3 ships no types
    """pyhelm3's Command, with the program started by :class:`HelmProgram`."""

    def __init__(self, helm: HelmProgram, environment: Environment) -> None:
        super().__init__(executable=str(helm.executable))
        self._helm = helm
        self._account = ["--kubeconfig", environment.kubeconfig, "--kube-context", environment.context]

    async def run(self, command: list[Any], input: bytes | None = None) -> bytes:
        """Run Helm with these words and the environment's account; blocks.

        :raises ToolError: Helm failed (pyhelm3 would raise its own errors).
        """
        words = [*map(str, command), *self._account]
        return self._helm.run(words, stdin=input).stdout.encode()


def _finish(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """The result of one of pyhelm3's coroutines.

    They never wait, as our ``run`` blocks, so one step takes them to their end. An event loop
    would cost time and, worse, swallow the first Ctrl-C (asyncio.run turns it into a cancellation, which
    code that blocks does not notice).
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: _Result = end.value
        return result
    coroutine.close()
    raise RuntimeError("pyhelm3 waits for something; it needs an event loop now")


class HelmReleases:
    """Implements :class:`build_tasks.ports.runtime.Releases`.

    :param timeout: seconds that hooks, tests and an uninstallation may take.
    """

    def __init__(self, helm: HelmProgram, environment: Environment, *, timeout: int = 120) -> None:
        self._helm = helm
        self._command = DoorCommand(helm, environment)
        self._environment = environment
        self._namespace = ["--namespace", environment.namespace]
        self._timeout = timeout

    def list(self, *, selector: str = "") -> Sequence[Revision]:
        """The current revision of every release in any state; without values and description."""
        words = ["list", "--deployed", "--failed", "--pending", "--uninstalling", "--max", "0"]
        words += ["--output", "json", "--time-format", _TIME, *self._namespace]
        words += ["--selector", selector] if selector else []
        return revisions(json.loads(self._run(words, f"list the releases of {self._environment.name}")))

    def get(self, release: str) -> Revision | None:
        """The current revision with its values, or None."""
        current = self.history(release, limit=1)
        if not current:
            return None
        [found] = current
        return self._with_values(found)

    def history(self, release: str, *, limit: int = 256) -> Sequence[Revision]:
        """Revisions kept, oldest first, without values; empty if there is no such release."""
        what = f"read the history of {release}"
        namespace = self._environment.namespace
        try:
            found = _finish(self._command.history(release, max_revisions=limit, namespace=namespace))
        except ToolError as error:
            if is_missing(error):
                return []
            raise deploy_failure(what, error) from None
        return revisions(found, release=release)

    def upgrade(
        self,
        release: str,
        chart: Path,
        values: Mapping[str, object],
        *,
        description: str,
        labels: Mapping[str, str],
    ) -> Revision:
        """Install or upgrade, without waiting for workloads.

        Values replace those of the revision before, and what the chart sets replaces what others set
        since (a scaling, say).

        :raises FlowError: DEPLOY_FAILED with Helm's reason; CHART_REFUSED; UNAVAILABLE.
        """
        words = ["upgrade", release, str(chart.resolve()), "--install", "--reset-values", "--values", "-"]
        words += [*self._writing(), "--description", description, "--output", "json"]
        if labels:
            words += ["--labels", ",".join(f"{key}={value}" for key, value in sorted(labels.items()))]
        out = self._run(words, f"deploy {release} to {self._environment.name}", json.dumps(values).encode())
        # Helm may say things before the JSON (about a chart that it pulled, for one).
        return revision(json.loads(out[out.index(b"{") :]))

    def rollback(self, release: str, revision: int) -> None:
        """Back to an earlier revision, without waiting for workloads."""
        what = f"roll {release} in {self._environment.name} back to revision {revision}"
        self._run(["rollback", release, str(revision), *self._writing()], what)

    def uninstall(self, release: str) -> None:
        """Remove the release and what it made, pods included, waiting for all of it."""
        words = ["uninstall", release, "--ignore-not-found", "--cascade", "foreground", "--wait"]
        words += ["--timeout", f"{self._timeout}s", *self._namespace]
        self._run(words, f"remove {release} from {self._environment.name}")

    def test(self, release: str) -> str:
        """Run the release's test hooks; gives their log.

        :raises FlowError: VERIFY_FAILED with the log in its details.
        """
        words = ["test", release, "--logs", "--timeout", f"{self._timeout}s", *self._namespace]
        try:
            return test_log(_finish(self._command.run(words)).decode())
        except ToolError as error:
            raise test_failure(f"verify {release} in {self._environment.name}", error) from None

    def test_runs(self, release: str) -> Sequence[HookRun]:
        """The last run of each test hook of the current revision."""
        try:
            found = _finish(self._command.status(release, namespace=self._environment.namespace))
        except ToolError as error:
            raise deploy_failure(f"read the tests of {release}", error) from None
        return test_hooks(found)

    def manifest(self, release: str) -> str:
        """The manifests of the current revision, as applied."""
        words = ["get", "manifest", release, *self._namespace]
        return self._run(words, f"read the manifests of {release}").decode()

    def _with_values(self, found: Revision) -> Revision:
        read = self._command.get_values(
            found.release, namespace=self._environment.namespace, revision=found.number
        )
        return replace(found, values=_finish(read))

    def _writing(self) -> Sequence[str]:
        """Options of the commands that write: what Helm sets wins over what others set in between."""
        force = ["--force-conflicts"] if self._helm.merges_on_server else []
        limits = ["--history-max", str(_HISTORY), "--timeout", f"{self._timeout}s"]
        return [*force, *limits, *self._namespace]

    def _run(self, words: Sequence[str], what: str, stdin: bytes | None = None) -> bytes:
        try:
            return _finish(self._command.run([*words], stdin))
        except ToolError as error:
            raise deploy_failure(what, error) from None
