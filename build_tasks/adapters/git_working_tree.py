"""The files of the working tree, as git sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from build_tasks.adapters.git_command import Git
from build_tasks.model.affected import Change


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
        for path_asked in paths:
            above = self._submodule_above(path_asked)
            if above and above != path_asked:
                inner.setdefault(above, []).append(path_asked.removeprefix(f"{above}/"))
        for folder, below in inner.items():
            within = GitWorkingTree(self._git.at(self._git.root / folder))
            yield from (f"{folder}/{name}" for name in within.files(below))

    def _submodule_above(self, path: str) -> str:
        """The submodule that a path is or lies in (git tells nothing of what is inside); empty: none."""
        parts = Path(path).parts
        above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next((folder for folder in above if (self._git.root / folder / ".git").exists()), "")


def split(output: str) -> list[str]:
    """The names in an answer of git's that ends each with a NUL."""
    return [name for name in output.split("\0") if name]
