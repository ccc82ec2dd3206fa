"""A git repository in memory: commits with parents and files, branches, tags and an origin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Change
from build_tasks.model.source import Commit, Parting, TagObject
from tests.fakes.history import History
from tests.fakes.origin import FakeOrigin, Tag
from tests.fakes.signer import FakeSigner

_HEADS, _TAGS = "refs/heads/", "refs/tags/"


class FakeSource:
    """The port ``SourceControl``.

    :param signer: whose keys sign tags.
    :param origin: None for a repository without a remote.

    ``dirty`` holds the paths of files that are changed or new, ``ignored`` of those that git ignores or keeps
    to itself, ``key`` what ``user.signingkey`` names; ``shallow`` makes it a clone that lacks the commits
    where branches part.
    """

    def __init__(
        self, signer: FakeSigner | None = None, origin: FakeOrigin | None = None, root: Path = Path("/shop")
    ) -> None:
        self.signer = signer or FakeSigner()
        self.origin = origin
        self.root = root
        self.dirty: set[str] = set()
        self.ignored: set[str] = {".git"}
        self.key: Path | None = None
        self.shallow = False
        self._history = History()
        self._heads: dict[str, str] = {}
        self._remote: dict[str, str] = {}
        self._tags: dict[str, Tag] = {}
        self._branch, self._detached = "main", ""

    def add_commit(
        self,
        files: Mapping[str, str | None],
        subject: str = "change",
        *,
        merge: str = "",
        author: str = "Dev <dev@example.org>",
    ) -> str:
        """Commit on the current branch; a file that is None is removed. Gives the commit's full name."""
        parents = (self._resolve("HEAD"), self._resolve(merge) if merge else None)
        sha = self._history.add(tuple(p for p in parents if p), files, subject, author)
        if self._branch:
            self._heads[self._branch] = sha
        else:
            self._detached = sha
        return sha

    def check_out(self, ref: str) -> None:
        """Switch to a branch, or detach at anything else."""
        known = ref in self._heads
        self._branch, self._detached = (ref, "") if known else ("", self._resolve(ref) or "")

    def add_tag(self, name: str, at: str) -> None:
        """A lightweight tag."""
        self._tags[name] = Tag(self._known(at, f"tag {name}"))

    def head(self) -> Commit:
        found = self.commit("HEAD")
        if found is None:
            raise FlowError("read the current commit", f"{self.root} has no commit yet")
        return found

    def commit(self, ref: str) -> Commit | None:
        sha = self._resolve(ref)
        return self._history[sha].commit if sha else None

    def branch(self) -> str:
        return self._branch

    def is_dirty(self, paths: Sequence[str] = ()) -> bool:
        return bool(self.uncommitted(paths))

    def uncommitted(self, paths: Sequence[str]) -> Sequence[Change]:
        return [Change(d) for d in sorted(self.dirty) if not paths or any(_is_at(d, p) for p in paths)]

    def is_shallow(self) -> bool:
        return self.shallow

    def parting(self, one: str, other: str) -> Parting | None:
        left, right = self._resolve(one), self._resolve(other)
        if left is None or right is None:
            return None
        mine = set(self._history.ancestors(left))
        common = next((sha for sha in self._history.ancestors(right) if sha in mine), "")
        return Parting(left, right, "" if self.shallow else common)

    def merge_base(self, one: str, other: str) -> str | None:
        found = self.parting(one, other)
        return (found.common or None) if found else None

    def changes(self, base: str, head: str) -> Sequence[Change]:
        what = f"list what changed between {base} and {head}"
        one, other = (self._history[self._known(ref, what)].files for ref in (base, head))
        return [Change(path) for path in sorted({*one, *other}) if one.get(path) != other.get(path)]

    def changed_paths(self, base: str, head: str) -> Sequence[str]:
        return [change.path for change in self.changes(base, head)]

    def lay_out(self, commit: str, folder: Path, wanted: Callable[[str], bool]) -> None:
        files = self._history[self._known(commit, f"read files of {commit}")].files
        for name, text in files.items():
            if wanted(name):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)

    def commits(self, base: str, head: str, paths: Sequence[str]) -> Sequence[Commit]:
        what = f"list the commits since {base}"
        known = set(self._history.ancestors(self._known(base, what))) if base else set()
        found = self._history.ancestors(self._known(head, what))
        return self._history.newest(
            sha for sha in found if sha not in known and self._history.changes(sha, paths)
        )

    def show(self, ref: str, path: str) -> str | None:
        sha = self._resolve(ref)
        return self._history[sha].files.get(path) if sha else None

    def files(self, paths: Sequence[str]) -> Sequence[str]:
        at = self._resolve("HEAD")
        names = self.dirty | set(self._history[at].files if at else ())
        return sorted(n for n in names if any(_is_at(n, p) for p in paths))

    def unseen(self, paths: Sequence[str], wanted: Callable[[Change], bool]) -> Sequence[str]:
        return sorted(
            n for n in self.ignored if any(_is_at(n, p) for p in paths) and wanted(Change(n, n == ".git"))
        )

    def tracked(self) -> Sequence[str]:
        at = self._resolve("HEAD")
        return sorted(self._history[at].files if at else ())

    def branches(self, pattern: str) -> Sequence[str]:
        return sorted(n for n in {*self._heads, *self._remote} if fnmatchcase(n, pattern))

    def tags(self, pattern: str) -> Sequence[str]:
        return sorted(n for n in self._tags if fnmatchcase(n, pattern))

    def fetch(self) -> None:
        moved = []
        for ref, target in (self.origin.refs if self.origin else {}).items():
            name = ref.removeprefix(_HEADS).removeprefix(_TAGS)
            if ref.startswith(_HEADS):
                self._remote[name] = str(target)
            elif self._tags.setdefault(name, _as_tag(target)) != _as_tag(target):
                moved.append(name)
        if moved:
            why = f"tags that name something else on origin than here: {', '.join(moved)}"
            raise FlowError("fetch from origin", why, code=ExitCode.CONFLICT)

    def create_branch(self, name: str, at: str) -> None:
        what = f"create the branch {name}"
        sha = self._known(at, what)
        _check_name(name, what)
        if name in self.branches("*"):
            raise FlowError(what, f"there is a branch {name} already", code=ExitCode.CONFLICT)
        self._heads[name] = sha

    def sign_tag(self, name: str, at: str, message: str, key: Path) -> None:
        what = f"sign the tag {name}"
        tag = Tag(self._known(at, what), message.rstrip())
        _check_name(name, what)
        if name in self._tags:
            raise FlowError(what, f"there is a tag {name} already", code=ExitCode.CONFLICT)
        signature = self.signer.sign(tag.signed_text(name), key, "git")
        self._tags[name] = Tag(tag.commit, tag.message, signature)

    def signed_tag(self, name: str) -> TagObject | None:
        tag = self._tags.get(name)
        return TagObject(tag.signed_text(name), tag.signature) if tag and tag.signature else None

    def signed_tags(self, prefix: str) -> Mapping[str, TagObject]:
        found = {name: self.signed_tag(name) for name in self._tags if name.startswith(prefix)}
        return {name: tag for name, tag in found.items() if tag}

    def push(self, refs: Sequence[str]) -> None:
        what = f"push {', '.join(refs)} to origin"
        if self.origin is None:
            raise FlowError(what, "this repository has no remote called origin", code=ExitCode.CONFIG)
        self.origin.take(dict(self._pushed(ref, what) for ref in refs), self._history, what)

    def signing_key(self) -> Path | None:
        return self.key

    def remote_url(self) -> str:
        return self.origin.url if self.origin else str(self.root)

    def _pushed(self, ref: str, what: str) -> tuple[str, str | Tag]:
        name = ref.removeprefix(_HEADS).removeprefix(_TAGS)
        if not ref or ref.startswith(("+", "^")) or ":" in ref:
            raise FlowError(what, f"{ref!r} is not the name of a branch or tag", code=ExitCode.USAGE)
        if name in self._heads and not ref.startswith(_TAGS):
            return _HEADS + name, self._heads[name]
        if name in self._tags:
            tag = self._tags[name]
            return _TAGS + name, tag if tag.signature else tag.commit
        raise FlowError(what, "there is no such branch or tag here")

    def _resolve(self, ref: str) -> str | None:
        base, tilde, back = ref.partition("~")
        names = {f"origin/{name}": sha for name, sha in self._remote.items()}
        names |= {f"refs/remotes/{name}": sha for name, sha in names.items()}
        names |= {_HEADS + name: sha for name, sha in self._heads.items()}
        names |= {_TAGS + name: tag.commit for name, tag in self._tags.items()}
        names |= {sha: sha for sha in self._history} | self._heads
        names |= {name: tag.commit for name, tag in self._tags.items()}
        names["HEAD"] = self._heads.get(self._branch, "") if self._branch else self._detached
        at = names.get(base)
        return self._history.before(at, int(back or 1) if tilde else 0) if at else None

    def _known(self, ref: str, what: str) -> str:
        found = self._resolve(ref)
        if found is None:
            raise FlowError(what, f"there is no commit {ref} in this repository")
        return found


def _is_at(name: str, path: str) -> bool:
    return path in (".", name) or name.startswith(f"{path}/")


def _as_tag(target: str | Tag) -> Tag:
    return target if isinstance(target, Tag) else Tag(target)


def _check_name(name: str, what: str) -> None:
    """https://git-scm.com/docs/git-check-ref-format, as far as tests go."""
    if not name or name.startswith("-") or re.search(r"[\s~^:?*\[\\]|\.\.|//|@\{|\.lock$|[/.]$", name):
        raise FlowError(what, "git does not allow such a name", code=ExitCode.USAGE)
