"""What `oras` says, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.registry.client import OrasClient
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Ref

_REMOTE = Ref("registry.example.org", "shop/delivery", "v1")
_LOCAL = Ref("localhost:5001", "delivery", "v1")


@pytest.fixture
def says(tmp_path: Path) -> Path:
    """A program that prints the file ``said`` and fails; it notes its arguments in ``argv``."""
    program = tmp_path / "oras"
    program.write_text('#!/bin/sh\nd=${0%/*}\nprintf "%s\\n" "$@" > "$d/argv"\ncat "$d/said" >&2\nexit 1\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('Error: Head "http://x": dial tcp 127.0.0.1:5001: connect: connection refused', "does not answer"),
        ("Error: dial tcp: lookup registry.example.org: no such host", "does not answer"),
        ("Error response from registry: response status code 503: Service Unavailable", "does not answer"),
        (
            'Get "https://x/v2/": tls: failed to verify certificate: x509: certificate signed by',
            "is not to be trusted here",
        ),
        ("Error response from registry: unauthorized: authentication required", "does not let this account"),
        ("response status code 403: denied: permission_denied", "does not let this account"),
    ],
)
@pytest.mark.parametrize("ref", [_REMOTE, _LOCAL])
def test_a_registry_that_gives_no_answer_is_not_an_empty_one(
    says: Path, said: str, why: str, ref: Ref
) -> None:
    says.with_name("said").write_text(said)
    with pytest.raises(FlowError, match=why) as caught:
        OrasClient(Processes(CommandLog(None)), says).resolve(ref)
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert ref.registry in caught.value.why


@pytest.mark.parametrize(
    "said",
    [
        "Error response from registry: failed to resolve digest: x/y:v1: not found",
        "Error response from registry: name unknown: repository name not known to registry: map[name:y]",
        "Error: response status code 404: MANIFEST_UNKNOWN: manifest unknown",
    ],
)
def test_what_is_not_there_is_none(says: Path, said: str) -> None:
    says.with_name("said").write_text(said)
    assert OrasClient(Processes(CommandLog(None)), says).resolve(_REMOTE) is None


def test_what_nobody_knows_is_a_failure_of_the_tool(says: Path) -> None:
    says.with_name("said").write_text("Error: invalid reference: invalid tag 1.500.0")
    with pytest.raises(FlowError) as caught:
        OrasClient(Processes(CommandLog(None)), says).resolve(_REMOTE)
    assert caught.value.code is ExitCode.TOOL_FAILED


@pytest.mark.parametrize(
    ("registry", "plain"),
    [
        ("localhost:5001", True),
        ("127.0.0.1:5001", True),
        ("[::1]:5001", True),
        ("localhost", True),
        ("named:5000", True),
        ("registry.example.org", False),
        ("localhost.example.org", False),
        ("127.example.org", False),
    ],
)
def test_only_loopback_and_named_registries_are_plain(says: Path, registry: str, plain: bool) -> None:
    says.with_name("said").write_text("x: not found")
    OrasClient(Processes(CommandLog(None)), says, {"named:5000"}).resolve(Ref(registry, "x", "v1"))
    assert ("--plain-http" in says.with_name("argv").read_text().split()) is plain


@pytest.mark.parametrize(
    ("ask", "option"),
    [
        (lambda oras: oras.resolve(_REMOTE), "--ca-file="),
        (lambda oras: oras.repositories(_REMOTE.registry), "--ca-file="),
        (lambda oras: oras.tag(_REMOTE, "v2"), "--ca-file="),
        (lambda oras: oras.copy(_REMOTE, _LOCAL), "--from-ca-file="),
        (lambda oras: oras.copy(_LOCAL, _REMOTE), "--to-ca-file="),
    ],
)
def test_an_authority_that_docker_is_told_of_is_believed_as_well(
    says: Path, monkeypatch: pytest.MonkeyPatch, ask: Callable[[OrasClient], object], option: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(says.parent))
    authority = says.parent / "docker" / "certs.d" / _REMOTE.registry / "ca.crt"
    authority.parent.mkdir(parents=True)
    authority.write_text("a certificate")
    says.with_name("said").write_text("no")
    with pytest.raises(FlowError):
        ask(OrasClient(Processes(CommandLog(None)), says))
    assert f"{option}{authority}" in says.with_name("argv").read_text().splitlines()


def test_where_docker_is_told_of_none_the_machine_s_own_are_believed(says: Path) -> None:
    says.with_name("said").write_text("no")
    with pytest.raises(FlowError):
        OrasClient(Processes(CommandLog(None)), says).resolve(_REMOTE)
    assert "ca-file" not in says.with_name("argv").read_text()
