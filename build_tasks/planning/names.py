"""Names of everything a version gives rise to, and back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from build_tasks.model.branches import RELEASED
from build_tasks.model.images import Ref
from build_tasks.model.settings import Settings
from build_tasks.model.version import Version
from build_tasks.planning.dockerfiles.dockerfile import FINAL

#: Longest release name that Helm accepts (helm.sh/helm/v4/pkg/chart/v2/util, maxNameLen).
HELM_NAME_LIMIT = 53
#: Namespace of the registry that holds what was approved for production.
PRODUCTION = "prod"
_RELEASE_BRANCH = re.compile(rf"{RELEASED}/(?P<service>[^/]+)/(?P<version>.+)")


def release_name(service: str, version: Version) -> str:
    """The Helm release of a version: ``delivery-v1-10-0`` (dots removed would make v1.10.0 and v11.0.0 one).

    The working tree has one release however often it changes: ``delivery-dev``. A name that is too long for
    Helm, or that another version would share (``1.0.0-rc.1``, ``1.0.0-rc-1`` and ``1.0.0-RC.1`` are three),
    ends in a hash of the whole.
    """
    if version.is_working_tree:
        return _within(f"{service}-dev", HELM_NAME_LIMIT)
    exact = f"{service}-v{version}"
    name = exact.replace(".", "-").lower()
    if "-" in str(version).partition("-")[2] or exact != exact.lower():
        return _hashed(name, exact, HELM_NAME_LIMIT)
    return _within(name, HELM_NAME_LIMIT)


def lease_name(service: str) -> str:
    """The Lease of whoever changes a service; never a release's name, which charts may call theirs by."""
    return f"build-tasks-{service}"


def end_to_end_test(release: str) -> str:
    """The test hook that tries the application as a whole; all others are the version's own smoke test."""
    return f"{release}-end-to-end"


def _within(name: str, limit: int) -> str:
    return name if len(name) <= limit else _hashed(name, name, limit)


def _hashed(name: str, exact: str, limit: int) -> str:
    digest = hashlib.sha256(exact.encode()).hexdigest()[:8]
    return f"{name[: limit - 9].rstrip('-')}-{digest}"


def working_tree_image(settings: Settings, service: str) -> Ref:
    """Repository of images that were never released; dev runs them."""
    return Ref(settings.registry, f"dev/{service}")


def candidate_image(settings: Settings, service: str) -> Ref:
    """Repository of a service's release candidates."""
    return Ref(settings.registry, service)


def candidate_tag(inputs: str) -> str:
    """Tag of the candidate that is made of these inputs, so that any machine finds it.

    :param inputs: the inputs hash, hexadecimal.
    """
    return f"i-{inputs[:40]}"


def build_cache(settings: Settings, service: str, stage: str) -> Ref:
    """Where the registry keeps the build cache of a stage and of all that it stands on."""
    return candidate_image(settings, service).tagged("cache" if stage == FINAL else f"cache-{stage}")


def production_image(settings: Settings, service: str) -> Ref:
    """Repository of a service's images that were approved for production."""
    return candidate_image(settings, service).under(PRODUCTION)


def candidate_chart(settings: Settings, service: str) -> Ref:
    """Repository of a service's charts; the last part is the chart's name, as Helm wants it."""
    return Ref(settings.registry, f"charts/{service}")


def production_chart(settings: Settings, service: str) -> Ref:
    return candidate_chart(settings, service).under(PRODUCTION)


def local_image(settings: Settings, service: str, stage: str, inputs: str) -> str:
    """Name of a built stage in the engine: by content, so that a name never means two things.

    :param inputs: the inputs hash, hexadecimal.
    """
    return f"{settings.application}/{service}-{stage}:in-{inputs[:16]}"


def release_branch(service: str, version: Version) -> str:
    return f"{RELEASED}/{service}/{version.tag}"


def release_branches(service: str) -> str:
    """Pattern of the names of a service's release branches."""
    return f"{RELEASED}/{service}/*"


def record_tag(service: str, version: Version) -> str:
    """The signed tag that says who cut a version from what."""
    return f"record/{service}/{version.tag}"


def parse_release_branch(branch: str) -> tuple[str, Version] | None:
    """Service and version of a release branch; None if it is not one.

    :raises ValueError: it is one, but its version is not ``v<semver>``.
    """
    match = _RELEASE_BRANCH.fullmatch(branch)
    if match is None:
        return None
    text = match["version"]
    if not text.startswith("v"):
        raise ValueError(f"{branch}: the version must start with v, as in release/{match['service']}/v{text}")
    try:
        return match["service"], Version.parse(text)
    except ValueError as error:
        raise ValueError(f"{branch}: {error}") from None


def versions_among(tags: Sequence[str]) -> list[Version]:
    """The versions among a repository's tags, ascending; tags of attachments and others are passed over."""
    found = []
    for tag in tags:
        try:
            if tag.startswith("v"):
                found.append(Version.parse(tag))
        except ValueError:
            continue
    return sorted(found)
