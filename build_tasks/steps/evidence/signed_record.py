"""Release records, verified: one rule, wherever a record was found (in the clone, or beside the image)."""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import RECORD_NAMESPACE, ReleaseRecord
from build_tasks.model.source import TagObject
from build_tasks.planning.releases.statements import read_record, read_tag
from build_tasks.steps.workbench import Workbench


def verified(bench: Workbench, tag: TagObject, signers: str) -> ReleaseRecord:
    """The release record that a signed tag is.

    Its key must be one that the allowed signers accept for tags today, as it must for approvals. The tag's
    own date is what its maker wrote: by that, a key whose time is over could go on cutting releases.

    :param signers: main's allowed signers.
    :raises FlowError: REFUSED for a signature that does not count, and for what is no record; CONFIG for
        allowed signers that cannot be read.
    """
    signer = bench.signer.verify(tag.text, tag.signature, signers, RECORD_NAMESPACE)
    try:
        return read_record(read_tag(tag.text, signer))
    except ValueError as error:
        what, fix = "read a release record", "cut the next version"
        raise FlowError(what, str(error), fix, code=ExitCode.REFUSED) from None
