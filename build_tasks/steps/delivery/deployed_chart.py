"""Which chart a release was deployed from: its digest is a label of the Helm release."""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.model.images import Digest
from build_tasks.ports.runtime import Releases

_LABEL = "chart"
#: Kubernetes' limit for a label's value, one short of a sha256: 252 of its 256 bits do.
#: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
_LENGTH = 63


def chart_label(chart: Digest | None) -> Mapping[str, str]:
    """The label for a release of a chart; none for the working tree's, which has no digest."""
    return {_LABEL: _value(chart)} if chart else {}


def is_of_chart(releases: Releases, release: str, chart: Digest) -> bool:
    """Whether a release was deployed from exactly this chart."""
    found = releases.list(selector=f"{_LABEL}={_value(chart)}")
    return any(revision.release == release for revision in found)


def _value(chart: Digest) -> str:
    return chart.text.removeprefix("sha256:")[:_LENGTH]
