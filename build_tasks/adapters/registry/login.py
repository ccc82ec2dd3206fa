"""Registry logins as Docker keeps them: ``config.json``, https://docs.docker.com/reference/cli/docker/login/."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError


def login_for(registry: str, file: Path) -> tuple[str, list[str]]:
    """The login for one registry out of a ``config.json``.

    :returns: a ``config.json`` with that login alone, for nobody needs the others; and what in it is secret.
    :raises FlowError: USAGE where the file is none, or holds no login for that registry.
    """
    what = f"read the login for {registry}"
    try:
        logins = json.loads(file.read_text(encoding="utf-8")).get("auths") or {}
    except (OSError, ValueError, AttributeError) as error:
        why = f"{file} is no config.json of docker's: {error}"
        raise FlowError(what, why, _advice(registry), code=ExitCode.USAGE) from None
    found = logins.get(registry) if isinstance(logins, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("auth"), str):
        why = f"{file} holds no login for it; a credential helper may keep it elsewhere"
        raise FlowError(what, why, _advice(registry), code=ExitCode.USAGE)
    return json.dumps({"auths": {registry: {"auth": found["auth"]}}}), _secrets(found["auth"])


def _advice(registry: str) -> str:
    return f"make one: docker --config FOLDER login {registry}, then FOLDER/config.json is it"


def _secrets(auth: str) -> list[str]:
    try:
        _, _, password = base64.b64decode(auth, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        password = ""
    return [text for text in (auth, password) if text]
