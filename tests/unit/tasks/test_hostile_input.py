"""Names, versions and messages of whoever can push a branch: one clear error or harmless text, never more."""

from __future__ import annotations

import json
import shlex
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from build_tasks.model.event import EventKind, Told
from tests.unit.steps.shop import Shop
from tests.unit.tasks.conftest import Inv, Typed

#: What a shell, a terminal, a CI agent, git or a decoder would take for more than text.
HOSTILE = {
    "substitution": "$(touch pwned)`touch pwned`",
    "separators": "a;touch pwned&touch pwned|touch pwned>pwned",
    "quotes": "'\"\\'\"",
    "new line": "one\ntouch pwned\n",
    "return": "harmless\rnot shown",
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;title\x07",
    "clipboard": "\x1b]52;c;cHduZWQ=\x1b\\",
    "eight bit": "\x9b2J\x9d0;title\x9c",
    "right to left": "gpj.\u202eexe",
    "option": "--output=pwned",
    "path": "../../../../etc/passwd",
    "azure": "##vso[task.setvariable variable=x]y",
    "github": "::set-output name=x::y",
    "not UTF-8": b"caf\xe9\xff".decode("utf-8", "surrogateescape"),
    "long": "x" * 20_000,
    "nothing": "",
}


@pytest.fixture(params=list(HOSTILE.values()), ids=list(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a command would leave its file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def harmless(said: Typed, folder: Path) -> None:
    """Nothing was run, nothing but plain text was shown, and nobody met a bug."""
    shown = said.out + said.err
    assert said.code is not ExitCode.BUG, shown
    assert "Traceback" not in shown
    assert [c for c in shown if unicodedata.category(c) == "Cc" and c != "\n"] == []
    assert not list(folder.rglob("pwned"))


TYPED = (
    "delivery.deploy --env qa --version={}",
    "delivery.promote --version={}",
    "delivery.approve --version={}",
    "delivery.rollback --env prod --version={}",
    "release.show delivery {}",
    "release.cut delivery --version={}",
    "release.cut {} --bump patch",
    "delivery.status --env={}",
    "delivery.deploy --env={}",
    "all.status --env={}",
    "all.test --only={}",
    "ci.affected --base={}",
    "ci.run --only={} --branch main",
)


def test_what_is_no_version_service_environment_or_commit(inv: Inv, hostile: str, elsewhere: Path) -> None:
    for command in TYPED:
        said = inv(command.format(shlex.quote(hostile)))
        harmless(said, elsewhere)
        if hostile:
            assert said.code in (ExitCode.USAGE, ExitCode.REFUSED, ExitCode.FAILED), (command, said.err)
            assert len(said.err) < 30_000, "what was typed is not shown for ever"


def test_branches(inv: Inv, hostile: str, elsewhere: Path) -> None:
    for pattern in ("{}", "release/{}", "release/delivery/{}", "release/{}/v1.0.0", "feature/{}"):
        branch = shlex.quote(pattern.format(hostile))
        for command in ("ci.plan --branch={}", "ci.plan --json --branch={}", "ci.simulate --ref={}"):
            harmless(inv(command.format(branch)), elsewhere)


@pytest.mark.parametrize("kind", EventKind)
def test_what_a_ci_system_says(
    inv_in: Callable[[Told], Inv], hostile: str, kind: EventKind, elsewhere: Path
) -> None:
    told = Told(kind=kind, branch=hostile, base=hostile, target=hostile)
    told = replace(told, actor=hostile, pull_request=hostile, named=hostile)
    for command in ("ci.plan", "ci.plan --json", "ci.plan --branch main"):
        harmless(inv_in(told)(command), elsewhere)


def test_commit_messages_and_reasons(inv: Inv, shop: Shop, hostile: str, elsewhere: Path) -> None:
    """From the commit to production, and back out of Helm's history."""
    shop.commit({"services/delivery/app.py": "better\n"}, hostile)
    shop.publish()
    for environment in ("qa", "prod"):
        shop.smoke_test("0.1.0", environment=environment)
    reason = f"--reason={shlex.quote(hostile)}"
    for command in (
        "release.cut delivery --bump minor --push",
        "ci.run --branch release/delivery/v0.1.0",
        f"delivery.approve --version 0.1.0 --key {shop.keys['ann']} {reason}",
        f"delivery.promote --version 0.1.0 {reason}",
        f"delivery.switch --env prod --version 0.1.0 {reason}",
        "delivery.history --env prod",
        "delivery.status --env prod",
        "release.show delivery 0.1.0",
        "release.list",
    ):
        said = inv(command)
        harmless(said, elsewhere)
        assert said.code is ExitCode.OK, (command, said.err)
    events = inv("delivery.history --env prod --json")
    harmless(events, elsewhere)
    assert json.loads(events.out)
