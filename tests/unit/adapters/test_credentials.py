"""Passwords in addresses are found, so that they can be kept out of what is shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from build_tasks.adapters.machine.credentials import credentials_in, credentials_of
from build_tasks.adapters.programs.command_log import CommandLog
from build_tasks.adapters.programs.process import Processes
from build_tasks.wiring import Composition


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://ann:pa%2Fss@mirror.example.org/grype", ("ann:pa%2Fss", "pa%2Fss", "pa/ss")),
        ("http://token@mirror.example.org", ("token",)),
        ("http://mirror.example.org:3128/x@y", ()),
        ("mirror.example.org", ()),
        ("", ()),
        ("http://[half", ()),
        ("http://:@mirror.example.org", (":",)),
    ],
)
def test_what_must_not_be_seen(url: str, secrets: tuple[str, ...]) -> None:
    assert credentials_in([url]) == secrets


def test_of_variables_those_that_name_proxies_and_mirrors() -> None:
    environ = {
        "https_proxy": "http://ann:secret1@proxy.example.org:3128",
        "HTTP_PROXY": "http://ben:secret2@proxy.example.org:3128",
        "GRYPE_DB_UPDATE_URL": "https://eve:secret3@mirror.example.org",
        "SOMETHING": "https://joe:secret4@example.org",
    }
    found = credentials_of(environ)
    assert {"secret1", "secret2", "secret3"} <= set(found) and "secret4" not in found
    processes = Processes(CommandLog(None), environ)
    processes.redact(found)
    assert "secret" not in processes.clean(" ".join(list(environ.values())[:3]))


def test_every_command_of_ours_keeps_them_out(tmp_path: Path) -> None:
    environ = {**os.environ, "https_proxy": "http://ann:secret1@proxy.example.org:3128"}
    processes = Composition(tmp_path, environ).processes
    said = processes.run(["/bin/sh", "-c", "echo $https_proxy; echo $https_proxy >&2"])
    assert said.stdout == "http://***@proxy.example.org:3128\n" == said.stderr
    assert processes.log.path is not None
    assert "secret1" not in processes.log.path.read_text()
