"""The deployer account of each environment, as a kubeconfig file of its own."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

from build_tasks.model.local_platform import Endpoint, EnvironmentNeed
from build_tasks.steps.platform.parts import PlatformParts

_LIFETIME = timedelta(days=30)
#: A token that ends sooner is renewed by the next `platform.up`.
_MARGIN = timedelta(days=7)


def account_usable(text: str, endpoint: Endpoint, namespace: str, now: datetime) -> bool:
    """Whether a kubeconfig (as :func:`kubeconfig_text` writes it) still opens that namespace there."""
    try:
        config = json.loads(text)
        cluster = config["clusters"][0]["cluster"]
        token = config["users"][0]["user"]["token"]
        same = (cluster["server"], cluster.get("certificate-authority-data", "")) == (
            endpoint.server,
            endpoint.ca,
        )
        own = config["contexts"][0]["context"]["namespace"] == namespace
        return same and own and end_of(token) > now + _MARGIN
    except (ValueError, LookupError, TypeError):
        return False


def kubeconfig_text(context: str, namespace: str, endpoint: Endpoint, token: str) -> str:
    """A kubeconfig with one context, as JSON (which is YAML)."""
    authority = {"certificate-authority-data": endpoint.ca} if endpoint.ca else {}
    cluster = {"server": endpoint.server, **authority}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": context, "cluster": cluster}],
            "users": [{"name": context, "user": {"token": token}}],
            "contexts": [
                {"name": context, "context": {"cluster": context, "user": context, "namespace": namespace}}
            ],
            "current-context": context,
        },
        indent=2,
    )


def contexts_in(text: str) -> list[str]:
    """Names of the contexts in a kubeconfig as :func:`kubeconfig_text` writes it; none of what is no such."""
    try:
        return [str(one["name"]) for one in json.loads(text)["contexts"]]
    except (ValueError, LookupError, TypeError):
        return []


def ensure_account(parts: PlatformParts, need: EnvironmentNeed, *, fresh: bool) -> None:
    """The environment's kubeconfig file opens its namespace for the next days.

    :param fresh: the account was just made; an older file's token is void.
    """
    admin, path = parts.admin(need.cluster), parts.instance.kubeconfig(need.name)
    endpoint = admin.endpoint()
    if not fresh and account_usable(parts.files.read(path), endpoint, need.namespace, parts.clock.now()):
        parts.reporter.skip(f"account of {need.name}", "its kubeconfig is valid")
        return
    with parts.reporter.step(f"make the account of {need.name}", "no kubeconfig that is valid for a week"):
        token = admin.token(need.namespace, "deployer", int(_LIFETIME.total_seconds() // 3600))
        parts.files.write(
            path, kubeconfig_text(parts.instance.context(need.name), need.namespace, endpoint, token)
        )


def end_of(token: str) -> datetime:
    """When a JSON web token ends: its ``exp`` (RFC 7519, section 4.1.4)."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return datetime.fromtimestamp(int(claims["exp"])).astimezone()
