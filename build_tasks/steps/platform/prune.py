"""`platform.prune`: makes room on this machine. What runs in any environment stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from build_tasks.errors import FlowError
from build_tasks.model.images import Digest, Ref
from build_tasks.model.pruning import Leftover, Place, PrunePlan, PruneRules
from build_tasks.planning.platform.pruning import (
    build_cache_leftovers,
    cache_leftovers,
    engine_leftovers,
    registry_leftovers,
)
from build_tasks.ports.pruning import BuildCache, CachedThings, EngineContents, RegistryContents
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.platform.garbage import collect_garbage, registry_runs
from build_tasks.steps.platform.parts import PlatformParts


@dataclass(frozen=True)
class PruneParts:
    """The platform, and what takes up room around it.

    :param build_cache: of the managed engine; None for the user's own, whose cache may be other projects'.
    :param wanted_images: names of all images that the recipes give today.
    """

    platform: PlatformParts
    registry: RegistryContents
    engine: EngineContents
    build_cache: BuildCache | None
    cache: CachedThings
    wanted_images: Callable[[], frozenset[str]]


def plan_prune(parts: PruneParts, rules: PruneRules) -> PrunePlan:
    """What there is to remove; changes nothing."""
    skipped: list[str] = []
    found: list[Leftover] = []
    for look in (_registry, _engine, _build_cache, _cache):
        leftovers, reason = look(parts, rules)
        found += leftovers
        skipped += [reason] if reason else []
    return PrunePlan(tuple(found), tuple(skipped))


def carry_out(parts: PruneParts, plan: PrunePlan, rules: PruneRules) -> int:
    """Remove what a plan names, and collect the registry's garbage; gives the bytes that were freed.

    What cannot be removed is told and passed over. May be ended at any point and run again.
    """
    platform = parts.platform
    with platform.files.lock(platform.lock_path):
        freed = _remove(parts, plan, Place.REGISTRY, lambda one: parts.registry.delete(_ref(one.name)))
        if registry_runs(platform):
            collect_garbage(platform)
        freed += _remove(parts, plan, Place.ENGINE, lambda one: parts.engine.remove(one.name))
        records = plan.of(Place.BUILD_CACHE)
        if parts.build_cache is not None and records:
            with platform.reporter.step(
                "make room in the build cache", f"{len(records)} records are too many"
            ):
                freed += parts.build_cache.prune(rules.older_than, rules.cache_limit)
        # Asked again: what an instance began to use meanwhile stays.
        entries = {str(entry.path): entry for entry in parts.cache.unused()}
        still = replace(plan, leftovers=tuple(one for one in plan.of(Place.CACHE) if one.name in entries))
        return freed + _remove(parts, still, Place.CACHE, lambda one: parts.cache.remove(entries[one.name]))


Look = tuple[list[Leftover], str]


def _registry(parts: PruneParts, rules: PruneRules) -> Look:
    platform = parts.platform
    if not registry_runs(platform):
        return [], "registry: it does not run"
    silent = [name for name in platform.cluster_names if not platform.admin(name).answers()]
    if silent:
        return [], f"registry: {', '.join(silent)} does not answer, so what runs there is not known"
    images = parts.registry.images(platform.instance.registry_host)
    # Asked after the registry: what was deployed meanwhile counts.
    running = {
        image.partition("@")[2] for name in platform.cluster_names for image in platform.admin(name).images()
    }
    return registry_leftovers(images, running, rules, platform.clock.now()), ""


def _engine(parts: PruneParts, rules: PruneRules) -> Look:
    objects = parts.platform.objects
    used = {state.image for state in objects.containers(objects.all_containers()).values()}
    found = engine_leftovers(
        parts.engine.images(),
        used=used,
        wanted=parts.wanted_images(),
        label=INPUTS_LABEL,
        rules=rules,
        now=parts.platform.clock.now(),
    )
    return found, ""


def _build_cache(parts: PruneParts, rules: PruneRules) -> Look:
    if parts.build_cache is None:
        return [], "build cache: the engine is yours, and so may be what it remembers"
    return build_cache_leftovers(parts.build_cache.records(), rules, parts.platform.clock.now()), ""


def _cache(parts: PruneParts, rules: PruneRules) -> Look:
    return cache_leftovers(parts.cache.unused(), rules, parts.platform.clock.now()), ""


def _remove(parts: PruneParts, plan: PrunePlan, place: Place, remove: Callable[[Leftover], None]) -> int:
    """Remove one after the other; gives the bytes that were freed."""
    reporter, leftovers, freed = parts.platform.reporter, plan.of(place), 0
    if not leftovers:
        return 0
    with reporter.step(f"make room: {place}", f"{len(leftovers)} that nothing needs"):
        for leftover in leftovers:
            try:
                remove(leftover)
            except FlowError as error:
                reporter.warn(f"{leftover.title} stays: {error.why}")
            else:
                reporter.detail(f"removed {leftover.title}: {leftover.reason}")
                freed += leftover.size
    return freed


def _ref(text: str) -> Ref:
    """A reference by digest, as :class:`Ref` writes it."""
    name, _, digest = text.partition("@")
    registry, _, repository = name.partition("/")
    return Ref(registry, repository, digest=Digest(digest))
