"""What a forbidden connection that was tried says about NetworkPolicies."""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.model.local_platform import CheckResult, Verdict
from build_tasks.steps.platform.parts import PlatformParts

_FIX = (
    "`./inv platform.status` says what connects the pods and whether its agent is ready;"
    " `./inv platform.up --recreate` makes the cluster anew"
)


def check_policies(parts: PlatformParts, cluster: str, tried: Mapping[str, str]) -> CheckResult:
    """Whether the cluster keeps a foreign pod away from the data stores, as the settings want it to.

    A closed door proves something only where somebody is at home and the visitor can walk: the store is
    ready, and the same pod reached another pod (the cluster's DNS).

    :param tried: what a pod outside all environments found, ``open`` or ``closed`` by name.
    """
    title = f"{cluster}: NetworkPolicies"
    wanted = parts.supplies.image_names().node.network.enforces_policies
    stores = sorted(parts.admin(cluster).facts().ready_stores & set(tried))
    reached = [store for store in stores if tried[store] == "open"]
    if reached and not wanted:
        return CheckResult(title, Verdict.NOTE, f"not enforced, as set: {_says(reached)}")
    if reached:
        return CheckResult(title, Verdict.FAILED, f"not enforced: {_says(reached)}", _FIX)
    if not stores or tried.get("dns") != "open":
        lacking = "the pod reaches no other" if stores else "no data store is ready"
        found = f"{lacking}, so nothing was proven"
        return CheckResult(title, Verdict.FAILED, found, "run `./inv platform.up`")
    found = f"enforced: a foreign pod does not reach {', '.join(stores)} (tried)"
    return CheckResult(title, Verdict.OK, found)


def _says(stores: list[str]) -> str:
    return f"a foreign pod connects to {', '.join(stores)} (which ask for a password)"
