"""Which version may come next, and which may follow which."""

from __future__ import annotations

from collections.abc import Sequence

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.version import Version


def check_new(service: str, version: Version, taken: Sequence[Version]) -> None:
    """A new version must be greater than the last one of its own major.minor line.

    A hotfix 1.0.3 after 1.1.0 is therefore fine.

    :param taken: versions that exist already.
    :raises FlowError: REFUSED with the next free version, CONFLICT if exactly this one is taken.
    """
    what = f"release {service} {version.tag}"
    if version.is_working_tree:
        why = "that is how the working tree is called in dev"
        raise FlowError(what, why, "take a version above 0.0.0", code=ExitCode.REFUSED)
    following = next_patch(version, taken)
    if version in taken:
        why = f"{version.tag} exists already"
        raise FlowError(what, why, f"take {following.tag}", code=ExitCode.CONFLICT)
    later = [v for v in taken if v.line == version.line and v > version]
    if later:
        why = f"{max(later).tag} of the same line {version.line[0]}.{version.line[1]} was released already"
        raise FlowError(what, why, f"take {following.tag}", code=ExitCode.REFUSED)


def next_patch(version: Version, taken: Sequence[Version]) -> Version:
    """The first free patch version on the version's line."""
    line = [v for v in taken if v.line == version.line]
    return max([*line, version]).bump("patch") if line else version


def propose(part: str, taken: Sequence[Version]) -> Version:
    """The next version after the greatest final one; 0.1.0 when there is none.

    :param part: ``major``, ``minor`` or ``patch``.
    """
    final = [v for v in taken if not v.is_prerelease]
    return max(final).bump(part) if final else Version.parse("0.1.0")


def check_production(service: str, version: Version, running: Version | None, downgrade: bool) -> None:
    """Pre-releases never go to production; an older version only with ``--downgrade``.

    :param running: the version production's traffic goes to, None if none does.
    """
    what = f"promote {service} {version.tag}"
    if version.is_prerelease:
        raise FlowError(
            what,
            "pre-releases are delivered to QA, never to production",
            "cut a final version",
            code=ExitCode.REFUSED,
        )
    if running is not None and version < running and not downgrade:
        raise FlowError(
            what,
            f"production runs {running.tag}, which is newer",
            "if that is what you want, say --downgrade",
            code=ExitCode.REFUSED,
        )
