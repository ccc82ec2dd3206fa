"""Release records beside the image in the registry, where they can be read without the repository."""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import ReleaseRecord
from build_tasks.model.images import Attachment, Digest, Ref
from build_tasks.model.proofs import RECORD_TYPE
from build_tasks.model.service import Service
from build_tasks.model.source import TagObject
from build_tasks.model.version import Version
from build_tasks.planning.names import candidate_image, record_tag
from build_tasks.steps.evidence.signed_record import verified
from build_tasks.steps.release.release import allowed_signers
from build_tasks.steps.workbench import Workbench

#: The tag as git keeps it, and its signature, as `ssh-keygen -Y verify -n git` takes them.
_TAG, _SIGNATURE = "tag", "tag.sig"


def attach_record(bench: Workbench, service: Service, version: Version, image: Digest) -> None:
    """Attach the version's release record, the signed tag itself, to its image; nothing if it is there."""
    tag = bench.source.signed_tag(record_tag(service.name, version))
    if tag is None:
        return  # whoever pushed it was told that it cannot be approved
    ref = candidate_image(bench.settings, service.name).at(image)
    files = {_TAG: tag.text, _SIGNATURE: tag.signature}
    if all(item.files != files for item in bench.registry.attachments(ref, RECORD_TYPE)):
        with bench.reporter.step(f"attach the release record of {version.tag}", f"to image {image.short}"):
            bench.registry.attach(ref, RECORD_TYPE, files)


def attached_record(bench: Workbench, service: Service, version: Version, image: Ref) -> ReleaseRecord | str:
    """The release record of a version that is attached to its image; else why none counts.

    :param image: by digest.
    """
    signers, reasons = allowed_signers(bench), []
    for item in bench.registry.attachments(image, RECORD_TYPE):
        found = _checked(bench, item, signers)
        if isinstance(found, str):
            reasons.append(found)
        elif found.is_about(service.name, version):
            return found
    return "; ".join(dict.fromkeys(reasons)) or "no release record is attached to the image"


def _checked(bench: Workbench, item: Attachment, signers: str) -> ReleaseRecord | str:
    tag = TagObject(item.files.get(_TAG, b""), item.files.get(_SIGNATURE, b""))
    try:
        return verified(bench, tag, signers)
    except FlowError as error:
        if error.code is not ExitCode.REFUSED:
            raise
        return error.why
