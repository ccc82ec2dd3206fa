"""Reading allowed signers."""

from __future__ import annotations

import base64

import pytest

from build_tasks.adapters.signing.ssh_signers import fingerprint, parse_allowed_signers, without_blank_lines
from build_tasks.errors import ExitCode, FlowError

_BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)
_KEY = f"ssh-ed25519 {base64.b64encode(_BLOB).decode()}"


@pytest.mark.parametrize(
    ("line", "principals", "options"),
    [
        (f"alice {_KEY}", ("alice",), {}),
        (f"alice {_KEY} a comment, of several words", ("alice",), {}),
        (f"alice\t{_KEY}", ("alice",), {}),
        (f"a@x,b@x,!c@x {_KEY}", ("a@x", "b@x"), {}),
        (f'"alice of shop,bob" {_KEY}', ("alice of shop", "bob"), {}),
        (f'alice namespaces="git,file" {_KEY}', ("alice",), {"namespaces": "git,file"}),
        (
            f'alice cert-authority,valid-after="20260101",Valid-Before="20270101120000Z" {_KEY}',
            ("alice",),
            {"cert-authority": "", "valid-after": "20260101", "valid-before": "20270101120000Z"},
        ),
    ],
)
def test_a_line(line: str, principals: tuple[str, ...], options: dict[str, str]) -> None:
    (signer,) = parse_allowed_signers(line, "test")
    assert signer.principals == principals
    assert dict(signer.options) == options
    assert signer.fingerprint == fingerprint(_BLOB)


@pytest.mark.parametrize(
    "line",
    [
        "alice",
        "alice ssh-ed25519",
        _KEY,
        "alice ssh-ed25519 !!!!",
        "alice ssh-ed25519 AAAA",
        f"alice ssh-rsa {_KEY.split()[1]}",
        f'alice namespace="git" {_KEY}',
        f"alice namespaces {_KEY}",
        f'alice namespaces="" {_KEY}',
        f'alice valid-before="tomorrow" {_KEY}',
        f'alice namespaces="git" valid-before="20270101" {_KEY}',
        f'alice namespaces="git {_KEY}',
    ],
)
def test_a_wrong_line_is_named(line: str) -> None:
    with pytest.raises(FlowError, match="line 3: ") as caught:
        parse_allowed_signers(f"# approvers\n\n{line}\n", "test")
    assert caught.value.code is ExitCode.CONFIG


def test_blank_lines_keep_their_numbers() -> None:
    assert without_blank_lines("a\n\n  \nb") == "a\n#\n#\nb\n"
    assert without_blank_lines("") == ""
