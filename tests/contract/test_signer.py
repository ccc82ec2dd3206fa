"""The port ``Signer``: `ssh-keygen -Y` and the fake agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.signing.ssh import SshSigner
from build_tasks.errors import ExitCode, FlowError
from tests.contract.fixtures_signing import SigningLab

_DATA = b'{"version":"1.0.2"}\n\x00\xff'
_FOR = "build-tasks-approval"


def test_a_signature_names_its_maker(signing_lab: SigningLab) -> None:
    key, public = signing_lab.key("alice")
    _, other = signing_lab.key("bob")
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    allowed = f"# approvers\n\nbob@x {other}\n   \nalice@x {public}\n"
    found = signing_lab.signer.verify(_DATA, signature, allowed, _FOR)
    assert found.principal == "alice@x"
    assert found.fingerprint == signing_lab.signer.public_key(key).fingerprint
    assert found.fingerprint.startswith("SHA256:")


def test_a_key_has_a_comment(signing_lab: SigningLab) -> None:
    key, _ = signing_lab.new_key("alice", "Alice of the platform team")
    assert signing_lab.signer.public_key(key).principal == "Alice of the platform team"


def test_the_public_half_is_what_a_line_of_allowed_signers_needs(signing_lab: SigningLab) -> None:
    key, public = signing_lab.new_key("alice", "Alice of the platform team")
    half = signing_lab.signer.public_half(key)
    assert half == " ".join(public.split()[:2])
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    allowed = f'alice namespaces="{_FOR}" {half}'
    assert signing_lab.signer.verify(_DATA, signature, allowed, _FOR).principal == "alice"


def test_no_public_half_without_a_key(signing_lab: SigningLab, tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="there is no key") as caught:
        signing_lab.signer.public_half(tmp_path / "nowhere")
    assert caught.value.code is ExitCode.CONFIG


@pytest.mark.parametrize(
    ("data", "namespace", "why"),
    [(_DATA + b" ", _FOR, "changed"), (b"", _FOR, "changed"), (_DATA, "build-tasks-evidence", "purpose")],
)
def test_other_data_and_other_purposes_are_refused(
    signing_lab: SigningLab, data: bytes, namespace: str, why: str
) -> None:
    key, public = signing_lab.key("alice")
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    error = _refused(signing_lab, data, signature, f"alice {public}", namespace)
    assert why in error.why


@pytest.mark.parametrize("signature", [b"", b"junk", b"-----BEGIN SSH SIGNATURE-----\nAAAA\n"])
def test_what_is_no_signature_is_refused(signing_lab: SigningLab, signature: bytes) -> None:
    _, public = signing_lab.key("alice")
    assert "not an SSH signature" in _refused(signing_lab, _DATA, signature, f"alice {public}").why


def test_an_unknown_key_is_refused_and_named(signing_lab: SigningLab) -> None:
    key, _ = signing_lab.key("mallory")
    _, public = signing_lab.key("alice")
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    for allowed in (f"alice {public}", ""):
        assert (
            signing_lab.signer.public_key(key).fingerprint
            in _refused(signing_lab, _DATA, signature, allowed).why
        )


@pytest.mark.parametrize(
    "option",
    ['namespaces="git,file"', 'valid-before="20200101"', 'valid-after="20900101Z"', 'NAMESPACES="other"'],
)
def test_an_option_of_the_allowed_signers_counts(signing_lab: SigningLab, option: str) -> None:
    key, public = signing_lab.key("alice")
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    error = _refused(signing_lab, _DATA, signature, f"alice {option} {public}")
    assert "not for this, or not now" in error.why


def test_an_option_that_permits_permits(signing_lab: SigningLab) -> None:
    key, public = signing_lab.key("alice")
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    options = f'namespaces="git,{_FOR}",valid-after="20200101",valid-before="20900101"'
    assert signing_lab.signer.verify(_DATA, signature, f"alice {options} {public}", _FOR).principal == "alice"


def test_one_key_may_have_a_line_for_each_purpose(signing_lab: SigningLab) -> None:
    key, public = signing_lab.key("alice")
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    allowed = f'alice-git namespaces="git" {public}\nalice namespaces="{_FOR}" {public}\n'
    assert signing_lab.signer.verify(_DATA, signature, allowed, _FOR).principal == "alice"


def test_every_wrong_line_is_named(signing_lab: SigningLab) -> None:
    key, public = signing_lab.key("alice")
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    allowed = f'alice {public}\nbob\n# fine\ncarol ssh-ed25519 AAAA\ndave namespace="x" {public}\n'
    with pytest.raises(FlowError) as caught:
        signing_lab.signer.verify(_DATA, signature, allowed, _FOR)
    assert caught.value.code is ExitCode.CONFIG
    assert [n for n in range(1, 6) if f"line {n}:" in caught.value.why] == [2, 4, 5]


def test_whom_it_accepts(signing_lab: SigningLab) -> None:
    key, alice = signing_lab.key("alice")
    bob, carol, dave, erin = (signing_lab.key(name)[1] for name in ("bob", "carol", "dave", "erin"))
    allowed = (
        f'alice,al namespaces="git,{_FOR}" {alice}\nbob namespaces="git" {bob}\n# nobody\n'
        f'carol valid-before="20200101" {carol}\ndave valid-after="20200101Z" {dave}\nerin {erin}\n'
    )
    found = signing_lab.signer.accepted(allowed, _FOR)
    assert [one.principal for one in found] == ["alice", "dave", "erin"]
    signature = signing_lab.signer.sign(_DATA, key, _FOR)
    assert signing_lab.signer.verify(_DATA, signature, allowed, _FOR) == found[0]


@pytest.mark.parametrize("day", ["20261301", "20260230", "20260101250000"])
def test_a_day_that_no_calendar_has(signing_lab: SigningLab, day: str) -> None:
    _, public = signing_lab.key("alice")
    with pytest.raises(FlowError, match="line 1: the option valid-before") as caught:
        signing_lab.signer.accepted(f'alice valid-before="{day}" {public}\n', _FOR)
    assert caught.value.code is ExitCode.CONFIG


def test_a_key_that_is_not_there(signing_lab: SigningLab, tmp_path: Path) -> None:
    for attempt in (
        lambda: signing_lab.signer.sign(_DATA, tmp_path / "nobody", _FOR),
        lambda: signing_lab.signer.public_key(tmp_path / "nobody"),
    ):
        with pytest.raises(FlowError, match="there is no key") as caught:
            attempt()
        assert caught.value.code is ExitCode.CONFIG


def test_a_key_with_a_passphrase_is_an_error_not_a_question(
    tool: Callable[[str], Path], processes: Processes, tmp_path: Path
) -> None:
    key, asked = tmp_path / "key", tmp_path / "asked"
    processes.run([tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "long enough", "-f", key])
    askpass = tmp_path / "askpass"
    askpass.write_text(f"#!/bin/sh\ntouch {asked}\necho wrong\n")
    askpass.chmod(0o755)
    env = {
        "PATH": "/usr/bin:/bin",
        "DISPLAY": ":0",
        "SSH_ASKPASS": str(askpass),
        "SSH_ASKPASS_REQUIRE": "force",
    }
    signer = SshSigner(Processes(CommandLog(None), env), tool("ssh-keygen"))
    with pytest.raises(FlowError, match="passphrase") as caught:
        signer.sign(_DATA, key, _FOR)
    assert caught.value.code is ExitCode.CONFIG
    assert caught.value.fix == f"ssh-add {key}"
    assert not asked.exists()


def test_a_key_that_others_may_read(ssh_signing: SigningLab) -> None:
    key, _ = ssh_signing.key("alice")
    key.chmod(0o644)
    with pytest.raises(FlowError) as caught:
        ssh_signing.signer.sign(_DATA, key, _FOR)
    assert caught.value.fix == f"chmod 600 {key}"


def _refused(
    lab: SigningLab, data: bytes, signature: bytes, allowed: str, namespace: str = _FOR
) -> FlowError:
    with pytest.raises(FlowError) as caught:
        lab.signer.verify(data, signature, allowed, namespace)
    assert caught.value.code is ExitCode.REFUSED
    return caught.value
