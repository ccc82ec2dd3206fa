"""What a release stands on: its signed record, main, and who may sign."""

from __future__ import annotations

from pathlib import Path

from build_tasks.config.approval_policy import read_required_approvals
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import ReleaseRecord
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import parse_release_branch, record_tag, release_branches
from build_tasks.planning.releases.versions import next_patch
from build_tasks.steps.artifacts.inputs import built_from
from build_tasks.steps.evidence.released import released_versions
from build_tasks.steps.evidence.signed_record import verified
from build_tasks.steps.workbench import Workbench

_SETTINGS = "pyproject.toml"
_KEY_HELP = (
    "make one with `ssh-keygen -t ed25519`, tell git (git config user.signingkey ~/.ssh/id_ed25519), "
    "and have its public half added to {signers} on {main}"
)


def record(bench: Workbench, service: Service, version: Version) -> ReleaseRecord:
    """The release record of a version, its signature checked against main's allowed signers.

    :raises FlowError: REFUSED if it is missing, not signed by one of them, or about something else.
    """
    tag = record_tag(service.name, version)
    what = f"read the release record {tag}"
    if not bench.source.tags(tag):
        fix = f"cut releases with: ./inv release.cut {service.name} --version {version}"
        raise FlowError(what, "there is none: nobody signed for this release", fix, code=ExitCode.REFUSED)
    signed = bench.source.signed_tag(tag)
    if signed is None:
        raise FlowError(what, "it carries no signature", "cut the next version", code=ExitCode.REFUSED)
    read = verified(bench, signed, allowed_signers(bench))
    if not read.is_about(service.name, version):
        why, fix = f"it is about {read.service} {read.version}", "cut the next version"
        raise FlowError(what, why, fix, code=ExitCode.REFUSED)
    return read


def check_source(bench: Workbench, service: Service, version: Version) -> None:
    """What is about to be pushed or signed as a version is what its record was signed for, and nothing else.

    A version without a record may be pushed (it can be tried in QA), but never approved: that is said.

    :raises FlowError: REFUSED for uncommitted changes, or a branch that moved since the version was cut.
    """
    what = f"push {service.name} {version.tag}"
    paths = built_from(bench, service)
    if bench.source.is_dirty(paths):
        why, fix = f"uncommitted changes in {', '.join(paths)}", "commit them; a version is made of commits"
        raise FlowError(what, why, fix, code=ExitCode.REFUSED)
    if not bench.source.tags(record_tag(service.name, version)):
        bench.reporter.warn(f"{service.name} {version.tag} has no release record: it cannot be approved")
        return
    signed, head = record(bench, service, version).commit, bench.source.head().sha
    if signed != head:
        following = next_patch(version, [version, *taken_versions(bench, service)])
        raise FlowError(
            what,
            f"the branch moved since it was cut: the record names {signed[:12]}, this is {head[:12]}",
            f"cut the next one: ./inv release.cut {service.name} --version {following}",
            code=ExitCode.REFUSED,
        )


def taken_versions(bench: Workbench, service: Service) -> list[Version]:
    """Versions that were pushed or have a release branch, in ascending order."""
    found = set(released_versions(bench, service))
    for branch in bench.source.branches(release_branches(service.name)):
        try:
            parsed = parse_release_branch(branch)
        except ValueError:
            continue
        if parsed:
            found.add(parsed[1])
    return sorted(found)


def fetch_if_reachable(bench: Workbench, otherwise: str) -> None:
    """Bring what origin has; where it cannot be asked, what is here does.

    :param otherwise: what that means for the reader, who is told.
    """
    try:
        bench.source.fetch()
    except FlowError as error:
        if error.code is not ExitCode.UNAVAILABLE:
            raise
        bench.reporter.warn(f"{otherwise}: {error.why}")


def main_ref(bench: Workbench) -> str:
    """The tip of the protected main branch: origin's, where there is an origin."""
    remote = f"refs/remotes/origin/{bench.settings.main_branch}"
    return remote if bench.source.commit(remote) else f"refs/heads/{bench.settings.main_branch}"


def allowed_signers(bench: Workbench) -> str:
    """Who may cut and approve, as the tip of main says; never the release branch or the working tree.

    :raises FlowError: CONFIG if main has no such file.
    """
    path = bench.settings.allowed_signers
    text = bench.source.show(main_ref(bench), path)
    if text is None:
        raise FlowError(
            "find out who may cut and approve releases",
            f"{path} is not on {bench.settings.main_branch}",
            "docs/configuration.md tells how to write it",
            code=ExitCode.CONFIG,
        )
    return text


def required_approvals(bench: Workbench) -> int:
    """How many people must approve a version, as the tip of main says: a release branch cannot lower it.

    :raises FlowError: CONFIG if what main says cannot be read.
    """
    text = bench.source.show(main_ref(bench), _SETTINGS) or ""
    return read_required_approvals(text, f"{bench.settings.main_branch}:{_SETTINGS}")


def key_of(bench: Workbench, key: Path | None, what: str) -> Path:
    """The key to sign with: the given one, else git's.

    :raises FlowError: USAGE if there is none.
    """
    found = key or bench.source.signing_key()
    if found is None or not found.expanduser().is_file():
        why = f"{found} is not there" if found else "there is no key to sign with"
        fix = _KEY_HELP.format(signers=bench.settings.allowed_signers, main=bench.settings.main_branch)
        raise FlowError(what, why, f"say --key, or {fix}", code=ExitCode.USAGE)
    return found.expanduser()
