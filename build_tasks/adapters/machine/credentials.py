"""Passwords that travel inside URLs: of proxies and mirrors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

#: Variables, in capitals, whose values may be such URLs.
_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "GRYPE_DB_UPDATE_URL")


def credentials_in(urls: Iterable[str]) -> tuple[str, ...]:
    """What must not be seen of these URLs: user and password together, and the password alone."""
    found: list[str] = []
    for url in urls:
        user, at, _ = _host(url).rpartition("@")
        _, colon, password = user.partition(":")
        if at and colon:
            found += (user, password, unquote(password))
        elif at:
            found.append(user)
    return tuple(dict.fromkeys(text for text in found if text))


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:  # whoever uses it will say so
        return ""


def credentials_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The same of the variables that name proxies and mirrors."""
    return credentials_in(value for name, value in environ.items() if name.upper() in _VARIABLES)
