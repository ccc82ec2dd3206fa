"""The `oras` program: one method for each of its commands that the flow needs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.registry.failures import explained, is_loopback, is_missing
from build_tasks.adapters.registry.trust import certificate_authority
from build_tasks.errors import ExitCode, FlowError, ToolError
from build_tasks.model.images import Digest, Ref

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"

#: Seconds that a question about a registry, and a transfer, may take before the registry counts as down.
_QUESTION, _TRANSFER = 60.0, 900.0

_DISCOVER = ("discover", "--format", "json", "--depth", "1")


def digest_of(content: bytes) -> Digest:
    """The digest a registry gives to these bytes."""
    return Digest(f"sha256:{sha256(content).hexdigest()}")


def canonical(document: Mapping[str, Any]) -> bytes:
    """JSON with one spelling, so that equal documents have equal digests."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), default=str).encode()


class OrasClient:
    """Talks to registries through `oras` (https://oras.land).

    :param oras: the program.
    :param plain_http: registry hosts that speak plain HTTP, besides the loopback ones, which always do.
    """

    def __init__(self, processes: Processes, oras: Path, plain_http: Collection[str] = ()) -> None:
        self._processes = processes
        self._oras = oras
        self._plain_http = frozenset(plain_http)
        self._speaks_referrers: dict[str, bool] = {}

    def resolve(self, ref: Ref) -> Digest | None:
        """What a tag or digest stands for; None if it, or its repository, does not exist."""
        found = self._ask(("resolve",), ref, what=f"look up {ref}")
        return None if found is None else Digest(found.strip())

    def manifest(self, ref: Ref) -> dict[str, Any] | None:
        """The manifest or index behind a reference; None if there is none."""
        found = self._ask(("manifest", "fetch"), ref, what=f"read {ref}")
        return None if found is None else self._object(found, ref)

    def descriptor(self, ref: Ref) -> dict[str, Any]:
        """Media type, digest and size of a manifest that exists.

        :raises ToolError: it does not exist.
        """
        words = ("manifest", "fetch", "--descriptor")
        found = self._ask(words, ref, what=f"read {ref}", missing_ok=False)
        return {key: self._object(found or "", ref)[key] for key in ("mediaType", "digest", "size")}

    def config(self, ref: Ref, digest: Digest) -> dict[str, Any]:
        """A blob that is a JSON document (the configuration that a manifest of ``ref`` names)."""
        words = ("blob", "fetch", "--output", "-")
        found = self._ask(words, ref.at(digest), what=f"read the labels of {ref}")
        if found is None:
            raise FlowError(f"read {ref}", f"the registry has lost its configuration {digest}")
        return self._object(found, ref)

    def tags(self, repository: Ref) -> Sequence[str]:
        """Every tag; empty if the repository does not exist."""
        where = Ref(repository.registry, repository.repository)
        found = self._ask(("repo", "tags"), where, what=f"list the tags of {where}")
        return () if found is None else tuple(found.split())

    def repositories(self, registry: str) -> Sequence[str]:
        """Names of all repositories of a registry, empty ones included."""
        words = ("repo", "ls", *self._connection(registry), "--", registry)
        what = f"list the repositories of {registry}"
        return tuple(self._run(words, (registry,), what, _QUESTION).split())

    def delete(self, ref: Ref) -> None:
        """Forget a manifest and every tag that stands for it; no error if there is none."""
        self._ask(("manifest", "delete", "--force"), ref, what=f"delete {ref}")

    def referrers(self, subject: Ref) -> Sequence[Mapping[str, Any]]:
        """Descriptors of what is attached to a digest, as the registry lists it."""
        found = self._ask(_DISCOVER, subject, what=f"list what is attached to {subject}")
        return () if found is None else tuple(self._object(found, subject).get("referrers") or ())

    def speaks_referrers(self, subject: Ref) -> bool:
        """Whether the registry has the referrers API; without it oras keeps a list under a tag."""
        if subject.registry not in self._speaks_referrers:
            words = (*_DISCOVER, "--distribution-spec", "v1.1-referrers-api")
            what = f"ask {subject.registry} for its referrers API"
            try:
                self._ask(words, subject, what=what, missing_ok=False)
            except ToolError:
                self._speaks_referrers[subject.registry] = False
            else:
                self._speaks_referrers[subject.registry] = True
        return self._speaks_referrers[subject.registry]

    def push_blob(self, repository: Ref, path: Path, content: Digest) -> None:
        """Upload a file, unless the repository has it."""
        blob = str(repository.at(content))
        self._do(("blob", "push", "--no-tty"), (blob, str(path)), repository.registry, f"push {blob}")

    def push_bytes(self, repository: Ref, content: bytes) -> Digest:
        """Upload bytes as a blob; gives their digest."""
        digest = digest_of(content)
        with tempfile.TemporaryDirectory(prefix="build-tasks-") as folder:
            path = Path(folder, "blob")
            path.write_bytes(content)
            self.push_blob(repository, path, digest)
        return digest

    def push_manifest(self, ref: Ref, content: bytes, media_type: str = MANIFEST) -> None:
        """Upload a manifest under a tag or its digest."""
        with tempfile.TemporaryDirectory(prefix="build-tasks-") as folder:
            path = Path(folder, "manifest.json")
            path.write_bytes(content)
            words = ("manifest", "push", "--media-type", media_type)
            self._do(words, (str(ref), str(path)), ref.registry, f"push {ref}")

    def fetch_blob(self, repository: Ref, content: Digest, path: Path) -> None:
        """Download a blob into a file; oras checks the digest."""
        blob = str(repository.at(content))
        words = ("blob", "fetch", "--no-tty", "--output", str(path))
        self._do(words, (blob,), repository.registry, f"fetch {blob}")

    def pull(self, ref: Ref, folder: Path) -> None:
        """Download the files of an artifact under the names that it gives them; oras checks their digests and
        lets none out of the folder."""
        self._do(("pull", "--no-tty", "--output", str(folder)), (str(ref),), ref.registry, f"fetch {ref}")

    def tag(self, ref: Ref, tag: str) -> None:
        """Give a manifest one more tag."""
        self._do(("tag",), (str(ref), tag), ref.registry, f"tag {ref} as {tag}")

    def copy(self, source: Ref, target: Ref) -> None:
        """Copy between repositories, without what is attached; oras mounts what one registry has."""
        hosts = (source.registry, target.registry)
        ends = (*self._connection(hosts[0], "from-"), *self._connection(hosts[1], "to-"))
        words = ("cp", "--no-tty", *ends, "--", str(source), str(target))
        self._run(words, hosts, f"copy {source} to {target}")

    def _connection(self, registry: str, end: str = "") -> Sequence[str]:
        """Options for how a registry is reached, and whose certificates are believed there.

        :param end: ``from-`` or ``to-``, where a command takes two registries.
        """
        if registry in self._plain_http or is_loopback(registry):
            return (f"--{end}plain-http",)
        authority = certificate_authority(registry)
        return (f"--{end}ca-file={authority}",) if authority else ()

    def _ask(self, words: Iterable[str], ref: Ref, *, what: str, missing_ok: bool = True) -> str | None:
        name = str(ref.at(ref.digest) if ref.digest else ref)
        try:
            argv = (*words, *self._connection(ref.registry), "--", name)
            return self._run(argv, (ref.registry,), what, _QUESTION)
        except ToolError as error:
            if missing_ok and is_missing(error):
                return None
            raise

    def _do(self, words: Iterable[str], operands: Iterable[str], host: str, what: str) -> None:
        self._run((*words, *self._connection(host), "--", *operands), (host,), what)

    def _run(self, words: Sequence[str], hosts: Sequence[str], what: str, timeout: float = _TRANSFER) -> str:
        try:
            return self._processes.run((self._oras, *words), what=what, timeout=timeout).stdout
        except ToolError as error:
            raise explained(error, hosts) from None

    @staticmethod
    def _object(text: str, ref: Ref) -> dict[str, Any]:
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            why = "the registry's answer is not a JSON object"
            raise FlowError(f"read {ref}", why, code=ExitCode.TOOL_FAILED)
        return found
