"""The Helm release whose one value is the live version: moved only from where it was seen."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.plan import Expected
from build_tasks.model.releases import Revision
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_name
from build_tasks.recipes import FOLDER
from build_tasks.steps.workbench import Workbench


@dataclass(frozen=True)
class Move:
    """A move of a service's traffic, or of a worker's work.

    :param before: what was live when it was decided.
    """

    service: Service
    environment: Environment
    before: Version | None
    to: Version

    @property
    def title(self) -> str:
        return f"switch {self.service.name} in {self.environment.name} to {self.to.tag}"

    @property
    def was(self) -> str:
        return f"from {self.before.tag}" if self.before else "first version"

    def refused(self, why: str) -> FlowError:
        """It was planned for other circumstances."""
        return FlowError(
            self.title,
            why,
            f"see what happened: ./inv {self.service.name}.history --env {self.environment.name}; plan anew",
            code=ExitCode.REFUSED,
        )


def check_expected(move: Move, expected: Expected | None) -> None:
    """What is live is what the plan saw, or already where it leads (it was interrupted after that).

    :raises FlowError: REFUSED.
    """
    if expected is None or move.before in (expected.active, move.to):
        return
    share, now = move.service.share, move.before.tag if move.before else "no version"
    raise move.refused(f"its {share} goes to {now} by now; when this was planned, to {expected.words}")


def point(bench: Workbench, move: Move, reason: str, seen: Sequence[Revision]) -> None:
    """Let the release name the version, if nobody has moved it meanwhile.

    Of two that are at it in the same moment Helm lets one make the next revision: its record's name holds the
    number. So what is left between the look and the move is Helm's own start.

    :param seen: the release's history on which the move was decided.
    :raises FlowError: REFUSED if it was moved.
    """
    service, releases = move.service, bench.environments.releases(move.environment)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(releases.history, service.name)
        chart = _chart(bench, service, move.to)
    found = asked.result()
    if _last(found) != _last(seen):
        raise move.refused(f"somebody else moved its {service.share} meanwhile: {_words(found)}")
    values = {
        "service": service.name,
        "kind": service.kind.value,
        "application": bench.settings.application,
        "active": release_name(service.name, move.to),
    }
    labels = {"service": service.name, "role": "traffic"}
    description = f"{move.to.tag} ({move.was}): {reason}"
    releases.upgrade(service.name, chart, values, description=description, labels=labels)


def _chart(bench: Workbench, service: Service, version: Version) -> Path:
    folder = bench.folder(service, "traffic")
    return bench.charts.package(FOLDER / "charts" / "traffic", version=str(version), folder=folder)


def _last(history: Sequence[Revision]) -> int:
    return history[-1].number if history else 0


def _words(history: Sequence[Revision]) -> str:
    return f"{history[-1].status.value}, {history[-1].description}" if history else "its release is gone"
