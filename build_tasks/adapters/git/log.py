"""The commits between two others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from build_tasks.adapters.git.command import Git
from build_tasks.model.source import Commit

_FORMAT = "%H%x00%s%x00%an <%ae>%x00%cI%x00%b"
_FIELDS = 5


def commits_between(git: Git, base: str, head: str, paths: Sequence[str]) -> list[Commit]:
    """Commits that ``head`` has and ``base`` has not and that change one of the paths, newest first.

    A merge is among them only if it changed something itself.

    :param base: empty: since the beginning.
    :raises FlowError: one of the two is not in this repository.
    """
    what = f"list the commits since {base}" if base else "list the commits"
    ends = [git.commit_of(head, what), *([f"^{git.commit_of(base, what)}"] if base else ())]
    words = ("--literal-pathspecs", "log", "-z", "--no-show-signature", "--date-order", f"--format={_FORMAT}")
    return list(_read(git.run(*words, *ends, "--", *paths, what=what).stdout))


def _read(text: str) -> Iterator[Commit]:
    fields = text.split("\0")
    for at in range(0, len(fields) - _FIELDS, _FIELDS):
        sha, subject, author, date, body = fields[at : at + _FIELDS]
        yield Commit(sha, subject, author, datetime.fromisoformat(date), body.strip("\n"))
