"""Redis as the data store of each environment."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from build_tasks.model.images import Digest, Ref
from build_tasks.model.local_platform import ClusterFacts, EnvironmentNeed
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.recipe_texts import DATA, fingerprint, folder_text, store_manifests

#: The Secret that charts name; its key ``url`` is the data store's address with the password.
CLIENT_SECRET = "delivery-redis"
_PORT = 6379


@dataclass(frozen=True)
class StoreImage:
    """The data stores' image in the registry: for dev and test, and its copy for production."""

    candidate: Ref
    production: Ref | None


def store_name(need: EnvironmentNeed) -> str:
    """Name of the data store's release, StatefulSet and Service: ``redis-qa``."""
    return f"redis-{need.name}"


def candidate_ref(parts: PlatformParts) -> Ref:
    """The data stores' image in the registry, by tag."""
    tag = _tag(parts.supplies.image_names().redis)
    return Ref(parts.instance.registry_host, "infra/redis", tag)


def store_image(parts: PlatformParts) -> StoreImage:
    """Push the image as ``infra/redis`` and, where there is production, copy it to ``prod/infra/redis``."""
    ref = candidate_ref(parts)
    digest = parts.registry.digest(ref)
    if digest is None:
        with parts.reporter.step(f"push {ref}", "the registry does not have it"):
            digest = parts.images.push(parts.supplies.images().redis, ref)
    produced = None
    if any(need.production for need in parts.environments):
        produced = _with_digest(ref.under("prod"), _copy(parts, ref, digest))
    return StoreImage(_with_digest(ref, digest), produced)


def ensure_store(parts: PlatformParts, need: EnvironmentNeed, facts: ClusterFacts, image: StoreImage) -> None:
    """The environment's Redis runs with its password, which is made once and never again."""
    name = store_name(need)
    ref = image.production if need.production and image.production else image.candidate
    values: dict[str, object] = {"image": str(ref), "credentials": _credentials(need)}
    policy = store_manifests(parts.recipes, need)
    key = fingerprint(folder_text(parts.recipes / "charts" / "redis"), json.dumps(values), policy)
    applied = facts.namespaces.get(DATA, {}).get(f"build-tasks/{name}")
    if applied == key and name in facts.ready_stores:
        parts.reporter.skip(f"data store {name}", "it is ready")
        return
    reason = "it is not ready" if applied == key else "it does not exist" if not applied else "it changed"
    with parts.reporter.step(f"install data store {name}", reason):
        admin = parts.admin(need.cluster)
        _ensure_password(parts, need)
        admin.apply(policy)
        admin.install(name, DATA, parts.recipes / "charts" / "redis", values)
        admin.annotate("namespace", DATA, "", {f"build-tasks/{name}": key})


def _ensure_password(parts: PlatformParts, need: EnvironmentNeed) -> None:
    admin = parts.admin(need.cluster)
    password = admin.secret(DATA, _credentials(need), "password")
    if not password:
        password = secrets.token_urlsafe(24)
        own = {"password": password, "auth.conf": f"requirepass {password}\n"}
        admin.put_secret(DATA, _credentials(need), own)
    url = f"redis://:{password}@{store_name(need)}.{DATA}.svc:{_PORT}/0"
    admin.put_secret(need.namespace, CLIENT_SECRET, {"url": url})


def _copy(parts: PlatformParts, ref: Ref, digest: Digest) -> Digest:
    target = ref.under("prod")
    if parts.registry.digest(target) == digest:
        return digest
    with parts.reporter.step(f"copy {ref} to {target}", "production runs images from prod/ only"):
        return parts.registry.copy(ref.at(digest), target)


def _with_digest(ref: Ref, digest: Digest) -> Ref:
    return Ref(ref.registry, ref.repository, ref.tag, digest)


def _credentials(need: EnvironmentNeed) -> str:
    return f"{store_name(need)}-credentials"


def _tag(image: str) -> str:
    """The tag of an engine's image name; a port before the last slash is none."""
    return image.rpartition("/")[2].partition(":")[2] or "local"
