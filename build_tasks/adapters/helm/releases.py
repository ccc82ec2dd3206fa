"""Releases of one environment, through pyhelm3.

Where pyhelm3 lacks an option that is needed (labels at upgrade, a selector at list, foreground deletion,
conflicts, tests), or writes one that Helm 4 does not know (``list --all``), the words are given to its
``Command.run``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from build_tasks.adapters.helm.command import DoorCommand, finish
from build_tasks.adapters.helm.failures import deploy_failure, is_missing, test_failure, test_log
from build_tasks.adapters.helm.objects import revisions, test_hooks
from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.errors import ExitCode, FlowError, ToolError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import HookRun, Revision

#: Revisions that Helm keeps of each release.
_HISTORY = 10
#: Go's layout for RFC 3339; Helm's own default for lists cannot be parsed without guessing.
_TIME = "2006-01-02T15:04:05.999999999Z07:00"


class HelmReleases:
    """Implements :class:`build_tasks.ports.runtime.Releases`.

    :param delete: deletes the objects of a YAML stream from the environment.
    :param timeout: seconds that hooks, tests and an uninstallation may take.
    """

    def __init__(
        self,
        helm: HelmProgram,
        environment: Environment,
        delete: Callable[[str], None],
        *,
        timeout: int = 120,
    ) -> None:
        self._helm = helm
        self._command = DoorCommand(helm, environment)
        self._environment = environment
        self._namespace = ["--namespace", environment.namespace]
        self._delete = delete
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
            found = finish(self._command.history(release, max_revisions=limit, namespace=namespace))
        except ToolError as error:
            if is_missing(error):
                return []
            raise deploy_failure(what, error) from None
        return revisions(found, release=release)

    def manifest(self, release: str) -> str:
        """What the current revision is made of, as Helm keeps it, without hooks; empty if there is none."""
        return self._stored("manifest", release)

    def upgrade(
        self,
        release: str,
        chart: Path,
        values: Mapping[str, object],
        *,
        description: str,
        labels: Mapping[str, str],
    ) -> None:
        """Install or upgrade, without waiting for workloads.

        Values replace those of the revision before, and what the chart sets replaces what others set
        since (a scaling, say).

        :raises FlowError: DEPLOY_FAILED with Helm's reason; CHART_REFUSED; UNAVAILABLE.
        """
        words = ["upgrade", release, str(chart.resolve()), "--install", "--reset-values", "--values", "-"]
        words += [*self._writing(), "--description", description]
        if labels:
            words += ["--labels", ",".join(f"{key}={value}" for key, value in sorted(labels.items()))]
        self._run(words, f"deploy {release} to {self._environment.name}", json.dumps(values).encode())

    def rollback(self, release: str, revision: int) -> None:
        """Back to an earlier revision, without waiting for workloads."""
        what = f"roll {release} in {self._environment.name} back to revision {revision}"
        self._run(["rollback", release, str(revision), *self._writing()], what)

    def uninstall(self, release: str, *, wait: bool = True) -> None:
        """Remove the release and what it made.

        Helm forgets what hooks made, a failed test's pod for one, and it cannot be found without the release.
        So it goes first: should this be interrupted, it can be repeated.
        """
        self._delete(self._stored("hooks", release))
        # Helm 4's default way of waiting takes an object whose state it does not know yet for deleted
        # (statusWait.waitForDelete in its pkg/kube), and then returns at once.
        waiting = ["--cascade", "foreground", "--wait=legacy" if self._helm.is_four else "--wait"]
        words = ["uninstall", release, "--ignore-not-found", *(waiting if wait else [])]
        words += ["--timeout", f"{self._timeout}s", *self._namespace]
        self._run(words, f"remove {release} from {self._environment.name}")

    def test(self, release: str, *, only: str = "", without: str = "") -> str:
        """Run the release's test hooks; gives their log.

        :raises FlowError: VERIFY_FAILED with the log in its details, or because there is no hook ``only``.
        """
        what = f"verify {release} in {self._environment.name}"
        # Helm itself is content to run no test at all.
        if only and only not in (run.name for run in self.test_runs(release)):
            raise FlowError(what, f"its chart has no test {only}", code=ExitCode.VERIFY_FAILED)
        words = ["test", release, "--logs", "--timeout", f"{self._timeout}s", *self._namespace]
        words += ["--filter", f"name={only}"] if only else []
        words += ["--filter", f"!name={without}"] if without else []
        try:
            return test_log(finish(self._command.run(words)).decode())
        except ToolError as error:
            raise test_failure(what, error) from None

    def test_runs(self, release: str) -> Sequence[HookRun]:
        """The last run of each test hook of the current revision."""
        try:
            found = finish(self._command.status(release, namespace=self._environment.namespace))
        except ToolError as error:
            raise deploy_failure(f"read the tests of {release}", error) from None
        return test_hooks(found)

    def _with_values(self, found: Revision) -> Revision:
        read = self._command.get_values(
            found.release, namespace=self._environment.namespace, revision=found.number
        )
        return replace(found, values=finish(read))

    def _stored(self, part: str, release: str) -> str:
        """A part of the release's record: ``hooks`` or ``manifest``."""
        try:
            return finish(self._command.run(["get", part, release, *self._namespace])).decode().strip()
        except ToolError as error:
            if is_missing(error):
                return ""
            raise deploy_failure(f"read the {part} of {release}", error) from None

    def _writing(self) -> Sequence[str]:
        """Options of the commands that write: what Helm sets wins over what others set in between."""
        force = ["--force-conflicts"] if self._helm.is_four else []
        limits = ["--history-max", str(_HISTORY), "--timeout", f"{self._timeout}s"]
        return [*force, *limits, *self._namespace]

    def _run(self, words: Sequence[str], what: str, stdin: bytes | None = None) -> bytes:
        try:
            return finish(self._command.run([*words], stdin))
        except ToolError as error:
            raise deploy_failure(what, error) from None
