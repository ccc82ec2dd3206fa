"""Building the stages of a service's Dockerfile, each once for its inputs."""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import BuildRequest, LocalImage
from build_tasks.model.service import Service
from build_tasks.planning.dockerfiles.dockerfile import FINAL, TESTRUNNER
from build_tasks.planning.names import local_image
from build_tasks.steps.artifacts.build_cache import believed_caches, cache_to, sign_for_cache
from build_tasks.steps.artifacts.build_provenance import keep_provenance, kept_provenance
from build_tasks.steps.artifacts.image_labels import (
    DIRTY,
    INPUTS_LABEL,
    REVISION_LABEL,
    STAND_INS_LABEL,
    UNSEEN_LABEL,
)
from build_tasks.steps.artifacts.inputs import Recipe, contexts, uncommitted
from build_tasks.steps.artifacts.unseen_inputs import check_unseen
from build_tasks.steps.workbench import Workbench

_SOURCE = "org.opencontainers.image.source"

#: Stages that evidence is about, or found with. An engine's image of these is believed by a run that signs if
#: this machine kept what its builder told of exactly that image: anybody can give an image a name and labels.
#: The stage `build` is none: the others are built from it by the builder, not by its name.
_SIGNED_FOR = (FINAL, TESTRUNNER)


def build_stage(
    bench: Workbench, service: Service, stage: str, made: Recipe, *, force: bool = False
) -> LocalImage:
    """The image of a stage: the one in the engine if its inputs are the same, else a new one.

    A name in the engine proves nothing: the image itself must say what it is made of, and what evidence is
    going to be signed about must have been seen to be built.

    :param stage: ``build``, ``testrunner`` or ``final``.
    :raises FlowError: BUILD_FAILED; REFUSED to sign for what no inputs hash tells of.
    """
    tag = local_image(bench.settings, service.name, stage, made.inputs)
    title = f"build {service.name}, stage {stage}"
    revision = _revision(bench, made)
    present = present_image(bench, service, stage, made)
    reason = "forced" if force and present else _reason(bench, service, stage, made, present, revision)
    if present is not None and not reason:
        bench.reporter.skip(title, f"unchanged inputs {made.inputs[:12]} were built before")
        return present
    unseen = {UNSEEN_LABEL: "yes"} if check_unseen(bench, service, made) else {}
    with bench.reporter.step(title, reason):
        built = bench.builder.build(_request(bench, service, stage, made, tag, revision, unseen))
        _say_stand_ins(bench, made)
        if built.cache is not None:
            sign_for_cache(bench, service, stage, built.cache)
    image = bench.builder.inspect(tag)
    if image is None:
        raise FlowError(title, f"the engine built {tag} and does not know it", code=ExitCode.BUILD_FAILED)
    if stage in _SIGNED_FOR:
        keep_provenance(bench, image, built.provenance)
    return image


def present_image(bench: Workbench, service: Service, stage: str, made: Recipe) -> LocalImage | None:
    """The engine's image of a stage that says it is made of these inputs; None if there is none."""
    found = bench.builder.inspect(local_image(bench.settings, service.name, stage, made.inputs))
    return found if found is not None and found.labels.get(INPUTS_LABEL) == made.inputs else None


def check_image(service: Service, image: LocalImage) -> None:
    """The conventions of a runtime image: a numeric user other than root, and the flow's labels.

    :raises FlowError: IMAGE_REFUSED with every violation.
    """
    problems = []
    user = image.user.split(":")[0]
    if user in ("", "root") or (user.isdecimal() and int(user) == 0):
        problems.append(
            f"it runs as {'root' if user else 'root (no USER)'}: set USER 10001:10001 in stage final"
        )
    elif not user.isdecimal():
        problems.append(f"USER {user} is a name: Kubernetes can only check that a number is not root")
    problems += [
        f"label {label} is missing" for label in (INPUTS_LABEL, REVISION_LABEL) if not image.labels.get(label)
    ]
    problems += [f"tag {tag}: latest says nothing" for tag in image.tags if tag.endswith(":latest")]
    if problems:
        what = f"check the image of {service.name}"
        raise FlowError(
            what,
            "it breaks the conventions",
            f"see {service.dockerfile}",
            code=ExitCode.IMAGE_REFUSED,
            details=problems,
        )


def _revision(bench: Workbench, made: Recipe) -> str:
    """The commit that the inputs are of; marked when they are not quite."""
    return bench.source.head().sha + (DIRTY if uncommitted(bench, made) else "")


def _outdated(image: LocalImage, revision: str) -> bool:
    """Built before its inputs were committed, which they are now: a release must name a commit."""
    return image.labels.get(REVISION_LABEL, "").endswith(DIRTY) and not revision.endswith(DIRTY)


def _reason(
    bench: Workbench, service: Service, stage: str, made: Recipe, present: LocalImage | None, revision: str
) -> str:
    """Why there has to be a new image; empty if the one that is there does."""
    if present is None:
        return f"no image for inputs {made.inputs[:12]}"
    if _outdated(present, revision):
        return "its inputs have been committed since it was built"
    if bench.signing and UNSEEN_LABEL in present.labels:
        return "the one in the engine was built from more than its inputs"
    if bench.signing and stage in _SIGNED_FOR and kept_provenance(bench, present) is None:
        return "nothing is kept of how the one in the engine was built"
    return ""


def _request(
    bench: Workbench,
    service: Service,
    stage: str,
    made: Recipe,
    tag: str,
    revision: str,
    unseen: Mapping[str, str],
) -> BuildRequest:
    labels = {
        **unseen,
        INPUTS_LABEL: made.inputs,
        REVISION_LABEL: revision,
        _SOURCE: bench.source.remote_url(),
        "org.opencontainers.image.title": service.name,
    }
    if made.stand_ins:
        labels[STAND_INS_LABEL] = ",".join(made.stand_ins)
    return BuildRequest(
        context=str(bench.settings.root),
        dockerfile=str(bench.settings.root / service.dockerfile),
        target=stage,
        tag=tag,
        args={"REVISION": revision},
        labels=labels,
        contexts=contexts(bench, made),
        cache_from=believed_caches(bench, service),
        cache_to=cache_to(bench, service, stage),
    )


def _say_stand_ins(bench: Workbench, made: Recipe) -> None:
    if made.stand_ins:
        bench.reporter.note(f"built on local stand-ins for {', '.join(made.stand_ins)}")
