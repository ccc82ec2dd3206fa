"""A remote in memory, and tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from build_tasks.errors import ExitCode, FlowError
from tests.fakes.history import History


@dataclass(frozen=True)
class Tag:
    """A tag; lightweight if it has no signature."""

    commit: str
    message: str = ""
    signature: bytes | None = None

    def signed_text(self, name: str) -> bytes:
        """As git writes a tag object."""
        tagger = "Dev <dev@example.org> 1772366400 +0000"
        head = f"object {self.commit}\ntype commit\ntag {name}\ntagger {tagger}"
        return f"{head}\n\n{self.message}\n".encode()


@dataclass
class FakeOrigin:
    """What the remote has: full ref names, and the commit of a branch or the tag."""

    url: str = "https://git.example/shop.git"
    refs: dict[str, str | Tag] = field(default_factory=dict)

    def take(self, refs: Mapping[str, str | Tag], history: History, what: str) -> None:
        """A push: all or none. A tag never moves, a branch only forward."""
        for ref, target in refs.items():
            there = self.refs.get(ref, target)
            forward = isinstance(target, str) and there in list(history.ancestors(target))
            if there != target and (ref.startswith("refs/tags/") or not forward):
                raise FlowError(what, f"origin refused it: {ref}", code=ExitCode.CONFLICT)
        self.refs.update(refs)
