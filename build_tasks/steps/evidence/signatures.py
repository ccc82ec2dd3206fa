"""Signed statements as files of an attachment, and whose signatures they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.source import Signature
from build_tasks.steps.workbench import Workbench

#: What was signed, and its signature, as `ssh-keygen -Y verify` takes them.
STATEMENT, SIGNATURE = "statement.json", "statement.json.sig"


def signed(bench: Workbench, data: bytes, key: Path, namespace: str) -> dict[str, bytes]:
    """Sign a statement; gives the files to attach."""
    return {STATEMENT: data, SIGNATURE: bench.signer.sign(data, key, namespace)}


def parts(files: Mapping[str, bytes]) -> tuple[bytes, bytes]:
    """The statement and the signature among an attachment's files; what is not there is empty."""
    return files.get(STATEMENT, b""), files.get(SIGNATURE, b"")


def signer_of(
    bench: Workbench, data: bytes, signature: bytes, signers: str, namespace: str
) -> Signature | str:
    """Whose signature it is; else why it does not count.

    :raises FlowError: it cannot be told: the allowed signers cannot be read, say.
    """
    try:
        return bench.signer.verify(data, signature, signers, namespace)
    except FlowError as error:
        if error.code is not ExitCode.REFUSED:
            raise
        return error.why
