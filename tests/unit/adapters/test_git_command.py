"""Reading a remote's URL."""

from __future__ import annotations

import pytest

from build_tasks.adapters.git.command import split_url


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
