"""What differs between commits, and what was in them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from build_tasks.adapters.git.command import Git
from build_tasks.adapters.git.working_tree import split
from build_tasks.model.affected import Change
from build_tasks.model.source import Parting

_LINK, _SUBMODULE = "120000", "160000"
_REGULAR = ("100644", "100755")


class GitChanges:
    """Comparisons of commits."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def parting(self, one: str, other: str) -> Parting | None:
        """Where the histories of two refs part; None if one of them names no commit that is here."""
        if not all(ref and not ref.startswith("-") and ".." not in ref for ref in (one, other)):
            return None
        what = f"find where {one} and {other} part"
        ends = f"{one}^{{commit}}...{other}^{{commit}}"
        done = self._git.run("rev-parse", "--revs-only", ends, "--", what=what, check=False)
        if done.status != 0:
            self._git.run("rev-parse", "--git-dir", what=what)
            return None
        last, first, *common = done.stdout.split()
        return Parting(first, last, common[0].lstrip("^") if common else "")

    def changes(self, base: str, head: str) -> Sequence[Change]:
        """Paths that differ between two commits, from the top of the repository; both names of a rename."""
        what = f"list what changed between {base} and {head}"
        words = (
            "diff-tree",
            "-r",
            "-z",
            "--raw",
            "--no-renames",
            "--no-relative",
            "--ignore-submodules=none",
        )
        done = self._git.run(*words, "--end-of-options", base, head, what=what, check=False, content=True)
        if done.status != 0:
            # One of the two is not there (which this tells), or git has another reason.
            base, head = (self._git.commit_of(ref, what) for ref in (base, head))
            done = self._git.run(*words, base, head, what=what, content=True)
        fields = split(done.stdout)
        return [
            Change(path, any(mode in (_LINK, _SUBMODULE) for mode in modes.lstrip(":").split()[:2]))
            for modes, path in zip(fields[::2], fields[1::2], strict=True)
        ]

    def show(self, ref: str, path: str) -> str | None:
        """A regular file's text (UTF-8); None if the ref has none there, or there is no such ref."""
        sha = self._git.resolve(ref)
        if sha is None:
            return None
        what = f"read {path} at {ref}"
        words = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", sha, "--", path)
        for entry in split(self._git.object(*words, what=what)):
            fields, _, name = entry.partition("\t")
            mode, _, blob = fields.split(" ")
            if name == path and mode in _REGULAR:
                return self._git.object("cat-file", "blob", blob, what=what, content=True)
        return None

    def is_shallow(self) -> bool:
        """Whether the clone lacks older commits."""
        done = self._git.run("rev-parse", "--is-shallow-repository", what="see whether the clone is shallow")
        return done.stdout.strip() == "true"

    def lay_out(self, commit: str, folder: Path, wanted: Callable[[str], bool]) -> None:
        """Write files of a commit below a folder: those that are wanted, and every symbolic link."""
        what = f"read files of {commit}"
        listed = self._git.run("ls-tree", "-r", "-z", "--full-tree", commit, what=what, content=True).stdout
        entries = (entry.partition("\t") for entry in split(listed))
        names = [n for mode, _, n in entries if mode.startswith(_LINK) or (wanted(n) and " blob " in mode)]
        with tempfile.TemporaryDirectory(prefix="index-") as private:
            index = {"GIT_INDEX_FILE": str(Path(private) / "index")}
            self._git.run("read-tree", commit, what=what, env=index)
            prefix = f"--prefix={folder.resolve()}/"
            given = "".join(f"{name}\0" for name in names).encode()
            self._git.run("checkout-index", prefix, "-z", "--stdin", what=what, env=index, stdin=given)
