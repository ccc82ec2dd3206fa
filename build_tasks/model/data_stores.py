"""The data stores that each environment has, each an instance of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DataStore:
    """One kind of data store.

    In the texts ``{password}`` stands for letters, digits, ``-`` and ``_``, which need no quoting.

    :param kind: names its chart, its image, and the Secret (key ``url``) that the charts of services name.
    :param port: TCP port of its Service.
    :param credentials: key of the server's own Secret -> what the server reads there.
    :param address: the URL that services get; also with ``{host}`` and ``{port}``.
    :param values: values of its chart besides image and credentials.
    """

    kind: str
    port: int
    credentials: Mapping[str, str]
    address: str
    values: Mapping[str, str] = field(default_factory=dict)

    def name(self, environment: str) -> str:
        """Its release, StatefulSet and Service in the namespace of the data stores: ``redis-qa``."""
        return f"{self.kind}-{environment}"

    def server_secret(self, password: str) -> Mapping[str, str]:
        """The server's own Secret; key ``password`` is the one to keep."""
        texts = {key: text.format(password=password) for key, text in self.credentials.items()}
        return {"password": password, **texts}

    def url(self, password: str, host: str) -> str:
        """What services connect to."""
        return self.address.format(password=password, host=host, port=self.port)


#: The role of the services, and the database that it owns.
_ROLE = "application"

REDIS = DataStore(
    "redis", 6379, {"auth.conf": "requirepass {password}\n"}, "redis://:{password}@{host}:{port}/0"
)
POSTGRESQL = DataStore(
    "postgresql",
    5432,
    {"role.sql": f"ALTER ROLE {_ROLE} PASSWORD '{{password}}'\n"},
    f"postgresql://{_ROLE}:{{password}}@{{host}}:{{port}}/{_ROLE}",
    {"database": _ROLE},
)

#: Every environment has one of each.
STORES = (REDIS, POSTGRESQL)
