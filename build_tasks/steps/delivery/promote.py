"""Into production's part of the registry: by digest, without pulling."""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest, Ref
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import candidate_chart, candidate_image, production_chart, production_image
from build_tasks.steps.evidence.attached import signed_for
from build_tasks.steps.workbench import Workbench


def copy(bench: Workbench, service: Service, version: Version, found: ReleasedArtifacts) -> None:
    """Copy image, attached statements and chart to prod/, and prove that the digests did not change.

    The image is copied even if it is there: statements may have been attached since. What nobody signed whom
    main names stays behind, whoever attached it.

    :raises FlowError: CONFLICT if prod/ holds other content under the version.
    """
    pairs: list[tuple[Ref, Ref, Digest]] = [
        (
            candidate_chart(bench.settings, service.name),
            production_chart(bench.settings, service.name).tagged(str(version)),
            found.chart,
        ),
        (
            candidate_image(bench.settings, service.name),
            production_image(bench.settings, service.name).tagged(version.tag),
            found.image,
        ),
    ]
    for source, target, digest in pairs:
        _refuse_other(target, bench.registry.digest(target), digest)
        with bench.reporter.step(f"copy to {target}", f"{digest.short}, inside the registry"):
            along = signed_for(bench, source.at(digest))
            arrived = bench.registry.copy(source.at(digest), target, along)
            _refuse_other(target, arrived, digest)


def _refuse_other(target: Ref, present: Digest | None, wanted: Digest) -> None:
    if present is not None and present != wanted:
        raise FlowError(
            f"copy to {target}",
            f"it holds {present.short}, the approved digest is {wanted.short}",
            "find out who wrote to prod/ before going on; nothing was overwritten",
            code=ExitCode.CONFLICT,
        )
