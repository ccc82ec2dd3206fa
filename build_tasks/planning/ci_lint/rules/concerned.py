"""Which services a pipeline is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from build_tasks.planning.ci_lint.facts import Repository, ServiceInputs
from build_tasks.planning.ci_lint.pipelines import Deed, Filter, Part

#: What a path begins with that counts from the root: ``./``, or a variable for the folder of the checkout.
_ROOT = re.compile(r"^(\./|\$\{?\w+\}?/)+")
_BUILDS = {Deed.BUILDS_IMAGE, Deed.BUILDS_STAGE, Deed.SCANS}


def concerned(part: Part, filter: Filter, repository: Repository) -> Iterator[ServiceInputs]:
    """The services whose changes must pass a filter, because what is behind it is about them.

    That is so if it builds them by name, if it runs the whole flow and the filter lets some of their files
    through, or if the filter was written for them: an entry lies in their folder, and all of it passes.
    """
    names = {name for step in part.steps if step.deed in _BUILDS for name in step.names}
    named = {_path(name) for name in names} | {
        name.partition(".")[0] for name in names if re.fullmatch(r"[\w-]+\.\w+", name)
    }
    flow = any(step.deed is Deed.RUNS_FLOW for step in part.steps) or "all" in named
    for service in repository.services.values():
        builds = not named.isdisjoint({service.name, service.folder, service.dockerfile})
        if builds or (flow and any(map(filter.selects, service.own))) or _is_for(filter, service):
            yield service


def _path(word: str) -> str:
    """A path from the root, of ``--file=$ROOT/services/delivery/Dockerfile`` and the like."""
    return _ROOT.sub("", re.split("[=:]", word)[-1]).rstrip("/")


def _is_for(filter: Filter, service: ServiceInputs) -> bool:
    if not any(p.begins.startswith(service.folder) for p in filter.patterns if not p.negative):
        return False
    own = service.own
    return bool(own) and all(map(filter.selects, own))
