"""A registry login out of Docker's config.json: that one alone, and what of it must never be seen."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from build_tasks.adapters.registry.login import login_for
from build_tasks.errors import ExitCode, FlowError

AUTH = base64.b64encode(b"ann:pass:word").decode()


def test_the_other_logins_stay_at_home(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    logins = {"r.example.org": {"auth": AUTH, "email": "x"}, "other.example.org": {"auth": "b3RoZXI="}}
    file.write_text(json.dumps({"auths": logins, "credsStore": "secretservice"}))
    login, secrets = login_for("r.example.org", file)
    assert json.loads(login) == {"auths": {"r.example.org": {"auth": AUTH}}}
    assert set(secrets) == {AUTH, "pass:word"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"auths": {"other.example.org": {"auth": "x"}}}', "holds no login for it"),
        ('{"auths": {"r.example.org": {}}, "credsStore": "desktop"}', "a credential helper may keep it"),
        ('{"auths": []}', "holds no login for it"),
        ("[]", "is no config.json"),
        ("{", "is no config.json"),
        (None, "is no config.json"),
    ],
)
def test_without_a_login_it_is_said_how_to_get_one(tmp_path: Path, text: str | None, why: str) -> None:
    file = tmp_path / "config.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(FlowError, match=why) as caught:
        login_for("r.example.org", file)
    assert caught.value.code is ExitCode.USAGE
    assert "login r.example.org" in caught.value.fix
