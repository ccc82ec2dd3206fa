"""Commits in memory: parents, files and who comes before whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1

from build_tasks.model.source import Commit


@dataclass(frozen=True)
class Snapshot:
    """A commit, what came before it and all its files."""

    commit: Commit
    parents: tuple[str, ...]
    files: Mapping[str, str]


class History:
    """Commits by their full names; one a minute."""

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot] = {}

    def __getitem__(self, sha: str) -> Snapshot:
        return self._snapshots[sha]

    def __iter__(self) -> Iterator[str]:
        return iter(self._snapshots)

    def add(
        self, parents: tuple[str, ...], files: Mapping[str, str | None], subject: str, author: str
    ) -> str:
        """A commit after ``parents``; a file that is None is removed. Gives the commit's full name."""
        before = self._snapshots[parents[0]].files if parents else {}
        after = {name: text for name, text in {**before, **files}.items() if text is not None}
        date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=len(self._snapshots))
        sha = sha1(repr((parents, after, subject, date)).encode(), usedforsecurity=False).hexdigest()
        head, _, body = subject.partition("\n\n")
        self._snapshots[sha] = Snapshot(Commit(sha, head, author, date, body), parents, after)
        return sha

    def changes(self, sha: str, paths: Sequence[str]) -> bool:
        """Whether a commit changes something at or below the paths, whichever parent it is compared with."""
        parents = [self._snapshots[parent].files for parent in self._snapshots[sha].parents] or [{}]
        mine = _inside(self._snapshots[sha].files, paths)
        return all(_inside(files, paths) != mine for files in parents)

    def newest(self, commits: Iterable[str]) -> list[Commit]:
        """The commits, newest first."""
        return sorted((self._snapshots[sha].commit for sha in commits), key=lambda c: c.date, reverse=True)

    def ancestors(self, sha: str) -> Iterator[str]:
        """The commit and all before it, nearest first."""
        queue, seen = [sha], {sha}
        while queue:
            at = queue.pop(0)
            yield at
            fresh = [parent for parent in self._snapshots[at].parents if parent not in seen]
            seen.update(fresh)
            queue += fresh

    def before(self, sha: str, steps: int) -> str | None:
        """The commit that many first parents back; None where history ends."""
        at: str | None = sha
        for _ in range(steps):
            at = next(iter(self._snapshots[at].parents), None) if at else None
        return at


def _inside(files: Mapping[str, str], paths: Sequence[str]) -> dict[str, str]:
    return {
        n: text for n, text in files.items() if any(p in (".", n) or n.startswith(f"{p}/") for p in paths)
    }
