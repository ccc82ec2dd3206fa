"""Lines that somebody is told to add to the allowed signers are lines that can be read there."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.signing.ssh_signers import parse_allowed_signers
from build_tasks.planning.evidence.signer_lines import signer_line
from tests.fakes.signer import FakeSigner

PUBLIC = FakeSigner().add_key(Path("key"), "dev@laptop")


@pytest.mark.parametrize(
    ("name", "principal"), [("ci", "ci"), ("Ann Who Builds", "Ann-Who-Builds"), (" a\tb ", "a-b")]
)
def test_a_line_is_read_back(name: str, principal: str) -> None:
    line = signer_line(name, ["git", "approval@build-tasks"], PUBLIC)
    [signer] = parse_allowed_signers(line, "read it back")
    assert signer.principals == (principal,)
    assert signer.option("namespaces") == "git,approval@build-tasks"


def test_a_comment_stays_behind() -> None:
    assert PUBLIC.endswith(" dev@laptop")
    assert signer_line("ci", ["git"], PUBLIC) == f'ci namespaces="git" {PUBLIC.removesuffix(" dev@laptop")}'
