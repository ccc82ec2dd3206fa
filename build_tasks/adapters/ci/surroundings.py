"""What the environment says of the event that this process was started for."""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.adapters.ci.azure_pipelines import told_by_azure
from build_tasks.adapters.ci.github_actions import read_payload, told_by_github
from build_tasks.adapters.ci.gitlab_ci import told_by_gitlab
from build_tasks.model.ci import CiSystem
from build_tasks.model.event import Told
from build_tasks.planning.ci.systems import recognised


def told_by(environ: Mapping[str, str]) -> Told:
    """What the CI system says; of a shell, and of a CI system that we do not know, nothing but which it is.

    :raises FlowError: as the systems' own.
    """
    system = recognised(environ)
    match system:
        case CiSystem.GITHUB:
            return told_by_github(environ, read_payload(environ))
        case CiSystem.AZURE:
            return told_by_azure(environ)
        case CiSystem.GITLAB:
            return told_by_gitlab(environ)
    return Told(system=system)
