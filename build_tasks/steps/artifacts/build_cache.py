"""The build cache that the registry keeps for all machines: taken from builders alone.

What is in it goes into images as if it had been built here. So a builder signs for each cache that it leaves,
by its digest, and whoever builds takes a cache by the digest that was signed for. A cache only spares time:
whatever is wrong with it, the build goes on without.
"""

from __future__ import annotations

from build_tasks.errors import FlowError
from build_tasks.model.build_cache import CACHE_TYPE, CacheStatement
from build_tasks.model.images import Attachment, CacheUse, Digest, Ref
from build_tasks.model.proofs import EVIDENCE_NAMESPACE
from build_tasks.model.service import Service
from build_tasks.planning.dockerfiles.dockerfile import FINAL, TESTRUNNER
from build_tasks.planning.evidence.cache_statements import read_cache_statement, write_cache_statement
from build_tasks.planning.names import build_cache
from build_tasks.steps.evidence.signatures import parts, signed, signer_of
from build_tasks.steps.release.release import allowed_signers
from build_tasks.steps.workbench import Workbench

#: Stages whose build cache the registry keeps; the build stage is part of the others.
_CACHED = (FINAL, TESTRUNNER)


def believed_caches(bench: Workbench, service: Service) -> tuple[Ref, ...]:
    """What other machines built of a service, by digest; asked once a command.

    Says what is there and not taken.
    """
    if bench.cache is CacheUse.NONE:
        return ()
    if service.name not in bench.caches:
        try:
            found = [_believed(bench, service, stage) for stage in _CACHED]
        except FlowError as error:
            bench.reporter.note(f"no build cache is used for {service.name}: {error.why}")
            found = []
        bench.caches[service.name] = tuple(ref for ref in found if ref is not None)
    return bench.caches[service.name]


def cache_to(bench: Workbench, service: Service, stage: str) -> Ref | None:
    """Where other machines find what this one builds; None: nowhere."""
    if bench.cache is not CacheUse.WRITE or stage not in _CACHED:
        return None
    return build_cache(bench.settings, service.name, stage)


def sign_for_cache(bench: Workbench, service: Service, stage: str, cache: Digest) -> None:
    """Sign for a cache that a build of this run left, and attach that to it.

    :param cache: as the builder told it: by now the tag may be another's.
    """
    left = build_cache(bench.settings, service.name, stage).at(cache)
    if left in bench.caches.get(service.name, ()):
        return  # it was signed for before, and nothing is new in it
    data = write_cache_statement(CacheStatement(service.name, stage, cache, bench.clock.now()))
    try:
        files = signed(bench, data, bench.builder_key, EVIDENCE_NAMESPACE)
        bench.registry.attach(left, CACHE_TYPE, files)
    except FlowError as error:
        bench.reporter.warn(f"nobody else will use the build cache of {service.name}: {error.why}")


def _believed(bench: Workbench, service: Service, stage: str) -> Ref | None:
    tagged = build_cache(bench.settings, service.name, stage)
    digest = bench.registry.digest(tagged)
    if digest is None:
        return None
    cache = tagged.at(digest)
    attached = bench.registry.attachments(cache, CACHE_TYPE)
    signers = allowed_signers(bench) if attached else ""
    refusals = [_refusal(bench, service, stage, digest, item, signers) for item in attached]
    if "" in refusals:
        return cache
    why = "; ".join(dict.fromkeys(refusals)) or "no builder signed for it"
    bench.reporter.note(f"the build cache {tagged} is not used: {why}")
    return None


def _refusal(
    bench: Workbench, service: Service, stage: str, cache: Digest, item: Attachment, signers: str
) -> str:
    """Why what is attached to a cache does not do; empty if it does."""
    data, signature = parts(item.files)
    try:
        said = read_cache_statement(data)
    except ValueError as error:
        return str(error)
    signer = signer_of(bench, data, signature, signers, EVIDENCE_NAMESPACE)
    if isinstance(signer, str):
        return f"signed by no accepted builder: {signer}"
    if said.cache != cache:
        return f"what {signer.principal} signed is about another cache ({said.cache.short})"
    if (said.service, said.stage) != (service.name, stage):
        return f"what {signer.principal} signed is about {said.service}, stage {said.stage}"
    return ""
