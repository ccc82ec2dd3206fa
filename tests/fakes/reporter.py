"""What people would have been told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class FakeReporter:
    """The port ``Reporter``.

    :param done: titles of steps that ended well, in the order they began.
    :param failed: titles of steps that ended with an exception.
    :param skipped: reasons by the titles of what needed no work.
    :param beside: titles of the steps that were announced to run at the same time, with their labels.
    """

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    beside: list[Mapping[str, str]] = field(default_factory=list)

    @contextmanager
    def step(self, title: str, reason: str = "") -> Iterator[None]:
        self.reasons[title] = reason
        self.done.append(title)
        try:
            yield
        except BaseException:
            self.done.remove(title)
            self.failed.append(title)
            raise

    @contextmanager
    def side_by_side(self, titles: Mapping[str, str]) -> Iterator[None]:
        self.beside.append(titles)
        yield

    def skip(self, title: str, reason: str) -> None:
        self.skipped[title] = reason

    def detail(self, line: str) -> None:
        self.details.append(line)

    def note(self, line: str) -> None:
        self.notes.append(line)

    def warn(self, line: str) -> None:
        self.warnings.append(line)

    def forget(self) -> None:
        """As before anything was told: what is looked at next is what happens next."""
        for told in (self.done, self.failed, self.details, self.notes, self.warnings):
            told.clear()
        self.reasons.clear()
        self.skipped.clear()
