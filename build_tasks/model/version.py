"""Versions of a service: SemVer 2.0 without build metadata."""

from __future__ import annotations

from functools import total_ordering

import semver

#: Longest version: it is the value of a Kubernetes label, and of an image's tag after a ``v``.
_LONGEST = 63


@total_ordering
class Version:
    """A released version; ordered by SemVer 2.0 precedence (https://semver.org, rule 11).

    No dataclass, so that answers in JSON show it as the text it is.
    """

    __slots__ = ("_parsed",)

    def __init__(self, parsed: semver.Version) -> None:
        self._parsed = parsed

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read ``1.0.2`` or ``v1.0.2``.

        :raises ValueError: not SemVer 2.0, with build metadata (``+`` is not legal in an image tag), or too
            long for a label.
        """
        bare = text.removeprefix("v")
        try:
            parsed = semver.Version.parse(bare)
        except (ValueError, TypeError):
            raise ValueError(f"{text!r} is not a SemVer 2.0 version (like 1.0.2 or 1.1.0-rc.1)") from None
        if parsed.build:
            raise ValueError(
                f"{text!r} has build metadata (+{parsed.build}), which an image tag cannot carry"
            )
        if len(bare) > _LONGEST:
            raise ValueError(f"{text!r} is longer than the {_LONGEST} characters that a label can hold")
        return cls(parsed)

    def __str__(self) -> str:
        return str(self._parsed)

    def __repr__(self) -> str:
        return f"Version({self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __lt__(self, other: Version) -> bool:
        return bool(self._parsed < other._parsed)

    @property
    def tag(self) -> str:
        """The image's tag: ``v1.0.2``."""
        return f"v{self._parsed}"

    @property
    def line(self) -> tuple[int, int]:
        """The major.minor line the version belongs to."""
        return (self._parsed.major, self._parsed.minor)

    @classmethod
    def of_working_tree(cls, inputs: str) -> Version:
        """The version that uncommitted work runs under in dev: below every release, named by content.

        :param inputs: the inputs hash, hexadecimal.
        """
        return cls.parse(f"0.0.0-dev.i{inputs[:12]}")

    @property
    def is_working_tree(self) -> bool:
        return str(self).startswith("0.0.0-dev.i")

    @property
    def is_prerelease(self) -> bool:
        return bool(self._parsed.prerelease)

    def bump(self, part: str) -> Version:
        """The next version after this one; ``part`` is ``major``, ``minor`` or ``patch``."""
        return Version(self._parsed.next_version(part))
