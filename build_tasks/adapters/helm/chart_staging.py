"""A copy of a chart that Helm can pack by itself: its dependencies inside, nothing left to fetch.

`helm dependency update` would pack each dependency into an archive and write a lock, both with the time in
it: two packages of the same files would differ. And it would leave them in the working tree.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from build_tasks.planning.charts.dependencies import ChartDependency, chart_dependencies

#: Modification time given to every file of a package, in seconds since 1970: 1980-01-01, as Zip's zero.
_EPOCH = 315532800
#: What `helm dependency update` leaves in a chart's folder.
_LEFT_BEHIND = shutil.ignore_patterns("Chart.lock", "*.tgz")


def local_dependencies(chart: Path, root: Path) -> Sequence[ChartDependency]:
    """The charts below ``root`` that a chart's folder stands on, and theirs.

    :raises FlowError: CHART_REFUSED for one that is elsewhere, is not there or has another version.
    """
    base = root.resolve()

    def read(path: str) -> str | None:
        file = base / path
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None

    return chart_dependencies(chart.resolve().relative_to(base).as_posix(), read)


def stage(chart: Path, root: Path, folder: Path) -> Path:
    """Copy a chart's folder into ``folder``, each dependency below its ``charts/``, all with one fixed time.

    Helm writes the files' modification times into the archive, and a checkout sets them to the time of the
    checkout.

    :param root: the repository; a dependency outside it is refused.
    :returns: the copy.
    :raises FlowError: as :func:`local_dependencies`.
    """
    dependencies = local_dependencies(chart, root)
    copy = folder / chart.resolve().name
    shutil.copytree(chart, copy, ignore=_LEFT_BEHIND)
    for dependency in dependencies:
        place = copy / dependency.place
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(root / dependency.folder, place, ignore=_LEFT_BEHIND)
    for path in copy.rglob("*"):
        os.utime(path, (_EPOCH, _EPOCH))
    return copy
