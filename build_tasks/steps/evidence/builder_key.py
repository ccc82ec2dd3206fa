"""The key with which a builder signs what it testifies."""

from __future__ import annotations

from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.instance import BUILDER_KEY
from build_tasks.model.proofs import EVIDENCE_NAMESPACE
from build_tasks.planning.evidence.signer_lines import signer_line
from build_tasks.steps.release.release import allowed_signers
from build_tasks.steps.workbench import Workbench

#: Signed to find out whether main accepts the key, before anything is built with it.
_TRIAL = b"may this key sign evidence?\n"


def check_builder_key(bench: Workbench, what: str) -> Path:
    """The key to sign evidence with, once main's allowed signers are seen to accept it.

    :param what: what is attempted, for the error.
    :raises FlowError: CONFIG without a usable key, REFUSED for one that main does not accept; both say how to
        make one and which line main needs.
    """
    key = bench.builder_key
    if not key.is_file():
        why = f"there is no builder's key to sign evidence with: {key} is not there"
        raise FlowError(what, why, _how_to_make_one(bench), code=ExitCode.CONFIG)
    signature = bench.signer.sign(_TRIAL, key, EVIDENCE_NAMESPACE)
    try:
        bench.signer.verify(_TRIAL, signature, allowed_signers(bench), EVIDENCE_NAMESPACE)
    except FlowError as error:
        if error.code is not ExitCode.REFUSED:
            raise
        why = f"{key} is no accepted builder's key: {error.why}"
        raise FlowError(what, why, _line(bench, key), code=ExitCode.REFUSED) from None
    return key


def _how_to_make_one(bench: Workbench) -> str:
    signers, main = bench.settings.allowed_signers, bench.settings.main_branch
    return (
        "on this machine ./inv platform.up makes one; for a CI agent:"
        f" ssh-keygen -t ed25519 -N '' -C ci -f FILE, set {BUILDER_KEY}=FILE, and have {signers} on {main}"
        f' name its public half with namespaces="{EVIDENCE_NAMESPACE}"'
    )


def _line(bench: Workbench, key: Path) -> str:
    """What main needs for it."""
    signers, main = bench.settings.allowed_signers, bench.settings.main_branch
    name = bench.signer.public_key(key).principal or "ci"
    line = signer_line(name, [EVIDENCE_NAMESPACE], bench.signer.public_half(key))
    return f"have this line added to {signers} on {main} by a pull request: {line}"
