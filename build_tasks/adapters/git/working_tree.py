"""The files of the working tree, as git sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from build_tasks.adapters.git.command import Git
from build_tasks.model.affected import Change

#: Where git keeps what is its own: it lists that nowhere.
_GIT = ".git"
#: Begins the line of a submodule in the index.
_SUBMODULE = "160000 "


class GitWorkingTree:
    """Files and uncommitted changes, those in submodules included."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def uncommitted(self, paths: Sequence[str]) -> list[Change]:
        """Files that are changed, deleted or new (ignored ones do not count); for a submodule only its
        folder.

        :param paths: anywhere if there are none.
        """
        options = ("--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=none")
        asked = dict.fromkeys(self._submodule_above(path) or path for path in paths)
        words = ("--literal-pathspecs", "status", *options, "--", *asked)
        found = split(self._git.run(*words, what="look for uncommitted changes").stdout)
        names = (entry[3:].rstrip("/") for entry in found)
        return [Change(name, (self._git.root / name).is_dir()) for name in names]

    def files(self, paths: Sequence[str]) -> list[str]:
        """Files below the paths as they are now, tracked or not, without ignored ones; sorted.

        What a submodule has checked out belongs to it.
        """
        return sorted(set(self._files(paths))) if paths else []

    def unseen(self, paths: Sequence[str], wanted: Callable[[Change], bool]) -> list[str]:
        """Files at and below the paths that git ignores or keeps to itself, those that are wanted; sorted.

        A folder that git ignores as a whole is looked into only if something in it may be wanted.
        """
        return sorted(set(self._unseen(paths, wanted))) if paths else []

    def tracked(self) -> list[str]:
        """Paths of the index; a submodule is one of them."""
        return sorted(set(split(self._git.run("ls-files", "-z", what="list what git tracks").stdout)))

    def _files(self, paths: Sequence[str]) -> Iterator[str]:
        words = ("--literal-pathspecs", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--")
        listed = split(self._git.run(*words, *paths, what="list the files of the repository").stdout)
        inner: dict[str, list[str]] = {}
        for name in listed:
            path = self._git.root / name
            if path.is_symlink() or path.is_file():
                yield name
            elif (path / ".git").exists():
                inner.setdefault(name.rstrip("/"), []).append(".")
        for folder, path_inside in self._inside_submodules(paths):
            inner.setdefault(folder, []).append(path_inside)
        for folder, below in inner.items():
            within = GitWorkingTree(self._git.at(self._git.root / folder))
            yield from (f"{folder}/{name}" for name in within.files(below))

    def _unseen(self, paths: Sequence[str], wanted: Callable[[Change], bool]) -> Iterator[str]:
        entries = [*self._ignored("--directory", "--", *paths), *([_GIT] if "." in paths else ())]
        looked_into = [name for name in entries if name.endswith("/") and wanted(_change(name))]
        found = [name for name in entries if not name.endswith("/")]
        found += self._ignored("--", *looked_into) if looked_into else ()
        yield from (name.rstrip("/") for name in found if wanted(_change(name)))
        for folder, path in (*self._repositories_in(paths), *self._inside_submodules(paths)):
            within = GitWorkingTree(self._git.at(self._git.root / folder))
            yield from (f"{folder}/{name}" for name in within.unseen([path], _below(folder, wanted)))

    def _ignored(self, *options: str) -> list[str]:
        words = ("--literal-pathspecs", "ls-files", "-z", "--others", "--ignored", "--exclude-standard")
        return split(self._git.run(*words, *options, what="list what git ignores").stdout)

    def _repositories_in(self, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Submodules, and repositories that git does not track, as they are found below the paths; all of
        each."""
        options = ("--stage", "--others", "--exclude-standard", "--", *paths)
        words = ("--literal-pathspecs", "ls-files", "-z", *options)
        for entry in split(self._git.run(*words, what="list the repositories in this one").stdout):
            folder = entry.partition("\t")[2] if entry.startswith(_SUBMODULE) else entry.rstrip("/")
            inner = entry.startswith(_SUBMODULE) or entry.endswith("/")
            if inner and (self._git.root / folder / _GIT).exists():
                yield folder, "."

    def _inside_submodules(self, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Of paths that lie in submodules: the submodule, and the path in there."""
        for path in paths:
            above = self._submodule_above(path)
            if above and above != path:
                yield above, path.removeprefix(f"{above}/")

    def _submodule_above(self, path: str) -> str:
        """The submodule that a path is or lies in (git tells nothing of what is inside); empty: none."""
        parts = Path(path).parts
        above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next((folder for folder in above if (self._git.root / folder / ".git").exists()), "")


def split(output: str) -> list[str]:
    """The names in an answer of git's that ends each with a NUL."""
    return [name for name in output.split("\0") if name]


def _change(name: str) -> Change:
    """What git lists: folders end with a slash."""
    return Change(name.rstrip("/"), closed=name.endswith("/") or name == _GIT)


def _below(folder: str, wanted: Callable[[Change], bool]) -> Callable[[Change], bool]:
    """The same question for paths from that folder on."""
    return lambda change: wanted(Change(f"{folder}/{change.path}", change.closed))
