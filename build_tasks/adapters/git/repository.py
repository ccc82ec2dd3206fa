"""The repository the flow works on, through `git` (2.34 or newer)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.adapters.git.changes import GitChanges
from build_tasks.adapters.git.command import Git
from build_tasks.adapters.git.working_tree import GitWorkingTree
from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.source import Commit

if TYPE_CHECKING:
    from build_tasks.adapters.git.origin import Origin
    from build_tasks.adapters.git.tags import TagSigner
    from build_tasks.model.affected import Change
    from build_tasks.model.source import Parting, TagObject

_HEADS, _ORIGIN, _TAGS = "refs/heads/", "refs/remotes/origin/", "refs/tags/"


class GitRepository:
    """The port ``SourceControl``.

    :param root: top folder of the working tree.
    :param ssh_keygen: the program that signs and verifies tags.
    """

    def __init__(self, processes: Processes, root: Path, ssh_keygen: Path, git: Path = Path("git")) -> None:
        self._git = Git(processes, root, git)
        self._changes, self._working_tree = GitChanges(self._git), GitWorkingTree(self._git)
        self._ssh_keygen = ssh_keygen

    @cached_property
    def _origin(self) -> Origin:
        from build_tasks.adapters.git.origin import Origin

        return Origin(self._git)

    @cached_property
    def _tag_signer(self) -> TagSigner:
        from build_tasks.adapters.git.tags import TagSigner

        return TagSigner(self._git, self._ssh_keygen)

    def head(self) -> Commit:
        """The commit that is checked out.

        :raises FlowError: there is none yet.
        """
        found = self.commit("HEAD")
        if found is None:
            raise FlowError(
                "read the current commit", f"{self._git.root} has no commit yet", "commit something"
            )
        return found

    def commit(self, ref: str) -> Commit | None:
        """The commit a ref names (through a tag, too); None if there is none."""
        sha = self._git.resolve(ref)
        if sha is None:
            return None
        words = ("log", "-1", "--no-show-signature", "--format=%s%x00%an <%ae>%x00%cI", sha, "--")
        line = self._git.object(*words, what=f"read commit {sha}").removesuffix("\n")
        subject, author, date = line.split("\0")
        return Commit(sha, subject, author, datetime.fromisoformat(date))

    def branch(self) -> str:
        """The current branch, also before its first commit; empty when detached."""
        done = self._git.run("symbolic-ref", "--quiet", "HEAD", what="read the current branch", check=False)
        if done.status not in (0, 1):
            self._git.run("rev-parse", "--git-dir", what="read the current branch")
        return done.stdout.strip().removeprefix(_HEADS)

    def is_dirty(self, paths: Sequence[str] = ()) -> bool:
        """Uncommitted changes or untracked files (ignored ones do not count)."""
        return bool(self._working_tree.uncommitted(paths))

    def uncommitted(self, paths: Sequence[str]) -> Sequence[Change]:
        """See :meth:`GitWorkingTree.uncommitted`."""
        return self._working_tree.uncommitted(paths)

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor; None if there is none, or one of the two is not there."""
        found = self._changes.parting(one, other)
        return (found.common or None) if found else None

    def parting(self, one: str, other: str) -> Parting | None:
        """See :meth:`GitChanges.parting`."""
        return self._changes.parting(one, other)

    def changes(self, base: str, head: str) -> Sequence[Change]:
        """See :meth:`GitChanges.changes`."""
        return self._changes.changes(base, head)

    def changed_paths(self, base: str, head: str) -> Sequence[str]:
        """Paths that differ, from the top of the repository; both names of a rename."""
        return [change.path for change in self._changes.changes(base, head)]

    def is_shallow(self) -> bool:
        """See :meth:`GitChanges.is_shallow`."""
        return self._changes.is_shallow()

    def lay_out(self, commit: str, folder: Path, wanted: Callable[[str], bool]) -> None:
        """See :meth:`GitChanges.lay_out`."""
        self._changes.lay_out(commit, folder, wanted)

    def commits(self, base: str, head: str, paths: Sequence[str]) -> Sequence[Commit]:
        """See :func:`commits_between`."""
        from build_tasks.adapters.git.log import commits_between

        return commits_between(self._git, base, head, paths)

    def show(self, ref: str, path: str) -> str | None:
        """See :meth:`GitChanges.show`."""
        return self._changes.show(ref, path)

    def files(self, paths: Sequence[str]) -> Sequence[str]:
        """See :meth:`GitWorkingTree.files`."""
        return self._working_tree.files(paths)

    def unseen(self, paths: Sequence[str], wanted: Callable[[Change], bool]) -> Sequence[str]:
        """See :meth:`GitWorkingTree.unseen`."""
        return self._working_tree.unseen(paths, wanted)

    def tracked(self) -> Sequence[str]:
        """See :meth:`GitWorkingTree.tracked`."""
        return self._working_tree.tracked()

    def branches(self, pattern: str) -> Sequence[str]:
        """Local and origin's branches, each once; ``*`` also stands for ``/``, as in `git branch --list`."""
        names = [n.removeprefix(_HEADS).removeprefix(_ORIGIN) for n in self._refs(_HEADS, _ORIGIN)]
        return sorted({name for name in names if name != "HEAD" and fnmatchcase(name, pattern)})

    def tags(self, pattern: str) -> Sequence[str]:
        """Tags; ``*`` also stands for ``/``, as in `git tag --list`."""
        return [n for n in (t.removeprefix(_TAGS) for t in self._refs(_TAGS)) if fnmatchcase(n, pattern)]

    def fetch(self) -> None:
        """See :meth:`Origin.fetch`."""
        self._origin.fetch()

    def create_branch(self, name: str, at: str) -> None:
        """Create a branch without checking it out.

        :raises FlowError: CONFLICT when it exists, here or on origin as last fetched.
        """
        what = f"create the branch {name}"
        commit = self._git.commit_of(at, what)
        if name in self.branches("*"):
            raise FlowError(what, f"there is a branch {name} already", code=ExitCode.CONFLICT)
        words = ("branch", "--no-track", "--end-of-options", name, commit)
        done = self._git.run(*words, what=what, check=False)
        if "not a valid branch name" in done.stderr:
            raise FlowError(what, "git does not allow such a name for a branch", code=ExitCode.USAGE)
        if done.status != 0:
            why = "another branch is in its way"
            raise self._git.failed(done, what, why, "", ExitCode.CONFLICT)

    def sign_tag(self, name: str, at: str, message: str, key: Path) -> None:
        """See :meth:`TagSigner.sign`."""
        self._tag_signer.sign(name, at, message, key)

    def signed_tag(self, name: str) -> TagObject | None:
        """See :meth:`TagSigner.taken_apart`."""
        return self._tag_signer.taken_apart(name)

    def signed_tags(self, prefix: str) -> Mapping[str, TagObject]:
        """See :meth:`TagSigner.all_taken_apart`."""
        return self._tag_signer.all_taken_apart(prefix)

    def push(self, refs: Sequence[str]) -> None:
        """See :meth:`Origin.push`."""
        self._origin.push(refs)

    def signing_key(self) -> Path | None:
        """See :meth:`TagSigner.configured_key`."""
        return self._tag_signer.configured_key()

    def remote_url(self) -> str:
        """URL of origin without credentials; the folder's own path when there is no origin."""
        return self._git.origin() or str(self._git.root.absolute())

    def _refs(self, *prefixes: str) -> Iterable[str]:
        return self._git.run(
            "for-each-ref", "--format=%(refname)", *prefixes, what="list refs"
        ).stdout.splitlines()
