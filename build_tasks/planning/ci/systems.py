"""Which CI system runs us, by the variables that it documents as always set."""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.model.ci import CiSystem, Elsewhere, RunBy

#: https://docs.github.com/en/actions/reference/workflows-and-actions/variables,
#: https://learn.microsoft.com/azure/devops/pipelines/build/variables (TF_BUILD),
#: https://docs.gitlab.com/ci/variables/predefined_variables/; ``CI`` is what nearly all others set, too.
SWITCHES: Mapping[str, RunBy] = {
    "GITHUB_ACTIONS": CiSystem.GITHUB,
    "TF_BUILD": CiSystem.AZURE,
    "GITLAB_CI": CiSystem.GITLAB,
    "CI": Elsewhere.OTHER_CI,
}


def recognised(environ: Mapping[str, str]) -> RunBy:
    """The CI system whose environment this is; ``Elsewhere.SHELL`` for a plain shell."""
    return next((ci for name, ci in SWITCHES.items() if is_set(environ, name)), Elsewhere.SHELL)


def is_set(environ: Mapping[str, str], name: str) -> bool:
    """Whether a switch is on: it is there, and not ``false`` or ``0``."""
    return environ.get(name, "").lower() not in ("", "0", "false")


def tells_of_a_ci(name: str) -> bool:
    """Whether it is by this variable that a CI system is recognised. A program without them is in a shell."""
    return name in SWITCHES
