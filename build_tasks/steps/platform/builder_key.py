"""The key with which the local platform's own builder signs evidence."""

from __future__ import annotations

from build_tasks.model.local_platform import CheckResult, PartState, PartStatus, Verdict
from build_tasks.model.proofs import EVIDENCE_NAMESPACE
from build_tasks.planning.evidence.signer_lines import signer_line
from build_tasks.steps.platform.parts import PlatformParts


def ensure_builder_key(parts: PlatformParts) -> None:
    """Make the key once; main decides whether it counts."""
    key = parts.instance.builder_key
    if parts.files.read(key):
        parts.reporter.skip("the builder's key", "it exists")
        return
    with parts.reporter.step("make the builder's key", f"{key} does not exist"):
        parts.keys.new_key(key, _owner(parts))
    parts.reporter.note(f"whoever is to publish from here has main accept it: {_line(parts)}")


def builder_key_status(parts: PlatformParts) -> PartStatus:
    """A row of `platform.status`."""
    there = bool(parts.files.read(parts.instance.builder_key))
    state, actual = (PartState.OK, _owner(parts)) if there else (PartState.MISSING, "-")
    return PartStatus("builder's key", str(parts.instance.builder_key), state, "exists", actual)


def check_builder_key(parts: PlatformParts) -> CheckResult:
    """A trial of `platform.doctor`."""
    title = "builder's key"
    if not parts.files.read(parts.instance.builder_key):
        return CheckResult(title, Verdict.FAILED, "it does not exist", "run `./inv platform.up`")
    return CheckResult(title, Verdict.OK, f"counts where main's allowed signers say: {_line(parts)}")


def _owner(parts: PlatformParts) -> str:
    return f"builder-{parts.instance.name}"


def _line(parts: PlatformParts) -> str:
    """What allowed signers need for it."""
    public = parts.files.read(parts.instance.builder_key.with_suffix(".pub"))
    return signer_line(_owner(parts), [EVIDENCE_NAMESPACE], public)
