"""The files as they are expected, whole.

After a change that is meant: ``.venv/bin/python -m tests.unit.planning.pipelines.golden``
"""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.ci import CiSystem
from build_tasks.planning.pipelines.gitlab import gitlab_child
from build_tasks.planning.pipelines.matrix import Leg
from build_tasks.planning.pipelines.systems import files_of
from tests.fakes.pipelines import pipeline

FOLDER = Path(__file__).parent / "golden"


def written() -> dict[str, str]:
    """What is generated now, by path, without a leading dot: these are no pipelines of this repository."""
    legs = [Leg("delivery", "delivery"), Leg("package-and-1-more", "package,workflow")]
    child = gitlab_child(pipeline(), legs, reviewed=True)
    files = {**files_of(pipeline(), tuple(CiSystem)), ".gitlab-child.yml": child}
    return {path.removeprefix("."): text for path, text in files.items()}


if __name__ == "__main__":
    for path, text in written().items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")
