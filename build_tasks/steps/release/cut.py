"""Cutting a release: the branch and the signed record of who cut it."""

from __future__ import annotations

from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import RECORD_NAMESPACE, ReleaseRecord
from build_tasks.model.service import Service
from build_tasks.model.source import Commit
from build_tasks.model.version import Version
from build_tasks.planning.names import record_tag, release_branch
from build_tasks.planning.releases.statements import write_record
from build_tasks.planning.releases.versions import check_new
from build_tasks.steps.evidence.released import released_versions
from build_tasks.steps.release.readiness import check_pipeline
from build_tasks.steps.release.release import allowed_signers, key_of, main_ref, record, taken_versions
from build_tasks.steps.workbench import Workbench


def cut(bench: Workbench, service: Service, version: Version, key: Path | None, *, push: bool) -> None:
    """Make ``release/<service>/v<version>`` at the tip of main, and the signed record; nothing else moves.

    A cut that was interrupted is taken up again by the same key, at the commit that its record names.

    :param key: the private SSH key to sign with; None: git's ``user.signingkey``.
    :raises FlowError: REFUSED or CONFLICT for a version that may not come next, a dirty tree, a tip of main
        whose pipeline did not pass, or a key that main's allowed signers do not name.
    """
    signing_key = ready_to_cut(bench, service, version, key)
    signed = _begun(bench, service, version, signing_key) or _sign(bench, service, version, signing_key)
    bench.reporter.note(f"cut by {signed.signer.principal}")
    branch, tag = release_branch(service.name, version), record_tag(service.name, version)
    if branch in bench.source.branches(branch):
        bench.reporter.skip(f"make the branch {branch}", "it is there")
    else:
        with bench.reporter.step(f"make the branch {branch}", f"at {signed.commit[:12]}"):
            bench.source.create_branch(branch, signed.commit)
    if push:
        with bench.reporter.step(f"push {branch}", "with its record, both or neither"):
            bench.source.push([f"refs/heads/{branch}", f"refs/tags/{tag}"])


def ready_to_cut(bench: Workbench, service: Service, version: Version, key: Path | None) -> Path:
    """What a cut needs of this clone; gives the key to sign with.

    :raises FlowError: REFUSED for a dirty tree, USAGE without a key.
    """
    what = f"cut {service.name} {version.tag}"
    bench.source.fetch()
    if bench.source.is_dirty():
        fix = "commit or stash it: a release is cut from what is on main"
        raise FlowError(what, "the working tree has uncommitted changes", fix, code=ExitCode.REFUSED)
    return key_of(bench, key, what)


def _begun(bench: Workbench, service: Service, version: Version, key: Path) -> ReleaseRecord | None:
    """The record of a cut that this key began and nothing was pushed of yet; None: there is no such cut."""
    tag = record_tag(service.name, version)
    if not bench.source.tags(tag) or version in released_versions(bench, service):
        return None
    made = record(bench, service, version)
    if made.signer.fingerprint != bench.signer.public_key(key).fingerprint:
        return None
    bench.reporter.skip(f"make the record {tag}", f"it is there, for {made.commit[:12]}")
    return made


def _sign(bench: Workbench, service: Service, version: Version, key: Path) -> ReleaseRecord:
    tip = check_can_be_cut(bench, service, version)
    text = write_record(service.name, version, tip.sha)
    # Before anything is made: a tag by a key that does not count would be in the way of one that does.
    signature = bench.signer.sign(text.encode(), key, RECORD_NAMESPACE)
    bench.signer.verify(text.encode(), signature, allowed_signers(bench), RECORD_NAMESPACE)
    tag = record_tag(service.name, version)
    with bench.reporter.step(f"make the record {tag}", f"for {tip.sha[:12]}, signed with {key.name}"):
        bench.source.sign_tag(tag, tip.sha, text, key)
        return record(bench, service, version)


def check_can_be_cut(bench: Workbench, service: Service, version: Version) -> Commit:
    """The commit that a version may be cut from: the tip of main.

    :raises FlowError: REFUSED or CONFLICT for a version that may not come next; REFUSED for a tip whose
        pipeline did not pass.
    """
    check_new(service.name, version, taken_versions(bench, service))
    tip = bench.source.commit(main_ref(bench))
    if tip is None:
        what = f"cut {service.name} {version.tag}"
        raise FlowError(what, f"there is no branch {bench.settings.main_branch}", code=ExitCode.REFUSED)
    check_pipeline(bench, service, version, tip)
    return tip
