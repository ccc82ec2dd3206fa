"""The data stores of each environment: their images, credentials, servers, and who may talk to them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from build_tasks.model.data_stores import STORES, DataStore
from build_tasks.model.images import Digest, Ref
from build_tasks.model.local_platform import ClusterFacts, EnvironmentNeed
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.recipe_texts import DATA, fingerprint, folder_text, store_manifests

#: Seconds for a node that was made just now; 15 on two busy cores.
_NODE_PATIENCE = 180.0


@dataclass(frozen=True)
class StoreImage:
    """A data store's image in the registry: for dev and test, and its copy for production."""

    candidate: Ref
    production: Ref | None


def candidate_ref(parts: PlatformParts, store: DataStore) -> Ref:
    """A data store's image in the registry, by tag."""
    tag = _tag(parts.supplies.image_names().stores[store.kind])
    return Ref(parts.instance.registry_host, f"infra/{store.kind}", tag)


def ensure_store_images(parts: PlatformParts) -> Mapping[str, StoreImage]:
    """The registry has the image of each kind of data store; gives them by kind."""
    images = parts.side_by_side(lambda store: _store_image(parts, store), STORES)
    return {store.kind: image for store, image in zip(STORES, images, strict=True)}


def ensure_stores(
    parts: PlatformParts, facts: Mapping[str, ClusterFacts], images: Mapping[str, StoreImage]
) -> None:
    """Every environment has each data store, with credentials that are made once and never again.

    :param facts: what was found in each cluster, by its short name.
    :param images: of each kind of data store.
    """
    wanted = tuple((need, store) for need in parts.environments for store in STORES)
    missing = {need.cluster for need, store in wanted if not _is_ready(need, store, facts)}
    parts.side_by_side(partial(_wait_for_node, parts), tuple(sorted(missing)))
    parts.side_by_side(
        lambda pair: _ensure_store(parts, *pair, facts[pair[0].cluster], images[pair[1].kind]), wanted
    )


def _is_ready(need: EnvironmentNeed, store: DataStore, facts: Mapping[str, ClusterFacts]) -> bool:
    return store.name(need.name) in facts[need.cluster].ready_stores


def _wait_for_node(parts: PlatformParts, cluster: str) -> None:
    """Nothing before the data stores needs a pod, so a new cluster is not waited for until here."""
    with parts.reporter.step(f"wait for the node of {cluster}", "its data stores need it"):
        parts.admin(cluster).wait_nodes(_NODE_PATIENCE)


def stores_of(need: EnvironmentNeed) -> Iterator[tuple[str, DataStore]]:
    """An environment's data stores, by the names of their releases and Services."""
    return ((store.name(need.name), store) for store in STORES)


def _store_image(parts: PlatformParts, store: DataStore) -> StoreImage:
    """Push the image as ``infra/redis`` and, where there is production, copy it to ``prod/infra/redis``."""
    ref = candidate_ref(parts, store)
    digest = parts.registry.digest(ref)
    if digest is None:
        with parts.reporter.step(f"push {ref}", "the registry does not have it"):
            image = parts.supplies.images().stores[store.kind]
            ref = candidate_ref(parts, store)  # only now it is certain which image it is
            digest = parts.images.push(image, ref)
    produced = None
    if any(need.production for need in parts.environments):
        produced = _with_digest(ref.under("prod"), _copy(parts, ref, digest))
    return StoreImage(_with_digest(ref, digest), produced)


def _ensure_store(
    parts: PlatformParts, need: EnvironmentNeed, store: DataStore, facts: ClusterFacts, image: StoreImage
) -> None:
    name, chart = store.name(need.name), parts.recipes / "charts" / store.kind
    ref = image.production if need.production and image.production else image.candidate
    values: dict[str, object] = {**store.values, "image": str(ref), "credentials": _credentials(need, store)}
    policies = store_manifests(parts.recipes, need, store)
    client = f"{need.namespace}/{store.kind}"
    key = fingerprint(folder_text(chart), json.dumps(values), policies, client)
    applied = facts.namespaces.get(DATA, {}).get(f"build-tasks/{name}")
    if applied == key and name in facts.ready_stores:
        parts.reporter.skip(f"data store {name}", "it is ready")
        return
    reason = "it is not ready" if applied == key else "it does not exist" if not applied else "it changed"
    with parts.reporter.step(f"install data store {name}", reason):
        admin = parts.admin(need.cluster)
        _ensure_credentials(parts, need, store)
        admin.apply(policies)
        admin.install(name, DATA, chart, values)
        admin.annotate("namespace", DATA, "", {f"build-tasks/{name}": key})


def _ensure_credentials(parts: PlatformParts, need: EnvironmentNeed, store: DataStore) -> None:
    """The server's Secret beside the server, and the URL where the services are."""
    admin = parts.admin(need.cluster)
    password = admin.secret(DATA, _credentials(need, store), "password")
    if not password:
        password = secrets.token_urlsafe(24)
        admin.put_secret(DATA, _credentials(need, store), store.server_secret(password))
    url = store.url(password, f"{store.name(need.name)}.{DATA}.svc")
    admin.put_secret(need.namespace, store.kind, {"url": url})


def _copy(parts: PlatformParts, ref: Ref, digest: Digest) -> Digest:
    target = ref.under("prod")
    if parts.registry.digest(target) == digest:
        return digest
    with parts.reporter.step(f"copy {ref} to {target}", "production runs images from prod/ only"):
        return parts.registry.copy(ref.at(digest), target)


def _with_digest(ref: Ref, digest: Digest) -> Ref:
    return Ref(ref.registry, ref.repository, ref.tag, digest)


def _credentials(need: EnvironmentNeed, store: DataStore) -> str:
    return f"{store.name(need.name)}-credentials"


def _tag(image: str) -> str:
    """The tag of an engine's image name; a port before the last slash is none."""
    return image.rpartition("/")[2].partition(":")[2] or "local"
