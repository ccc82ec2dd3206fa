"""Reading a remote's URL, and what never changes once."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.git.command import Git, split_url
from build_tasks.adapters.programs.process import CommandLog, Processes


@pytest.mark.parametrize(
    ("url", "clean", "secrets"),
    [
        ("https://github.com/shop/shop.git", "https://github.com/shop/shop.git", ()),
        ("https://robot:p%40ss@git.example:8443/shop", "https://git.example:8443/shop", ("p%40ss", "robot")),
        ("https://ghp_token@github.com/shop", "https://github.com/shop", ("", "ghp_token")),
        ("ssh://git@git.example:22/shop.git", "ssh://git@git.example:22/shop.git", ("",)),
        ("ssh://git:pw@git.example/shop.git", "ssh://git@git.example/shop.git", ("pw",)),
        ("git@github.com:shop/shop.git", "git@github.com:shop/shop.git", ()),
        ("/srv/git/shop@home.git", "/srv/git/shop@home.git", ()),
        ("file:///srv/git/a@b.git", "file:///srv/git/a@b.git", ()),
    ],
)
def test_credentials_are_split_off(url: str, clean: str, secrets: tuple[str, ...]) -> None:
    assert split_url(url) == (clean, secrets)


def test_an_object_is_read_once(tmp_path: Path) -> None:
    program = tmp_path / "git"
    program.write_text('#!/bin/sh\necho asked >> "$0.log"\necho "$*" | sed "s/.*cat-file/cat-file/"\n')
    program.chmod(0o755)
    git = Git(Processes(CommandLog(None)), tmp_path, program)
    one, other = ("cat-file", "blob", "0a"), ("cat-file", "blob", "0b")
    assert [git.object(*words, what="read") for words in (one, one, other)] == [
        "cat-file blob 0a\n",
        "cat-file blob 0a\n",
        "cat-file blob 0b\n",
    ]
    assert (tmp_path / "git.log").read_text().split() == ["asked"] * 2
