"""What goes along of all that is attached to an image."""

from __future__ import annotations

from collections.abc import Mapping

from build_tasks.model.evidence import APPROVAL_NAMESPACE, APPROVAL_TYPE, RECORD_NAMESPACE
from build_tasks.model.images import Attachment, Digest, Ref
from build_tasks.model.proofs import EVIDENCE_NAMESPACE, RECORD_TYPE, EvidenceKind
from build_tasks.steps.evidence.signatures import signer_of
from build_tasks.steps.release.release import allowed_signers
from build_tasks.steps.workbench import Workbench

#: For each type of attachment that means something to anybody the namespace of its signatures.
_NAMESPACES: Mapping[str, str] = {
    **{kind.artifact_type: EVIDENCE_NAMESPACE for kind in EvidenceKind},
    APPROVAL_TYPE: APPROVAL_NAMESPACE,
    RECORD_TYPE: RECORD_NAMESPACE,
}


def signed_for(bench: Workbench, image: Ref) -> list[Digest]:
    """Evidence, decisions and records that are attached to an image and that somebody signed whom main names
    for such.

    What they say is not asked, so that a rejection goes along as an approval does.

    :param image: by digest.
    :raises FlowError: CONFIG if main does not say who may sign.
    """
    found = bench.registry.attachments(image, *_NAMESPACES)
    signers = allowed_signers(bench) if found else ""
    counting = [item.digest for item in found if _counts(bench, item, signers)]
    if len(counting) < len(found):
        left = len(found) - len(counting)
        what = "attachment stays" if left == 1 else "attachments stay"
        bench.reporter.note(f"{left} {what} behind: signed by nobody whom {bench.settings.main_branch} names")
    return counting


def _counts(bench: Workbench, item: Attachment, signers: str) -> bool:
    """Every type is two files: what was signed, and beside it the signature, which is called so."""
    if len(item.files) != 2:
        return False
    content, signature = sorted(item.files)
    if signature != f"{content}.sig":
        return False
    namespace = _NAMESPACES[item.artifact_type]
    signer = signer_of(bench, item.files[content], item.files[signature], signers, namespace)
    return not isinstance(signer, str)
