"""Where versions run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Environment:
    """One namespace on one cluster.

    :param cluster: key of the cluster in the configuration, e.g. ``devtest``.
    :param context: name of the kubeconfig context; deploying through any other is refused.
    :param kubeconfig: file with the environment's own limited account.
    :param production: needs an approval and admits only images from ``prod/``.
    """

    name: str
    cluster: str
    namespace: str
    context: str
    kubeconfig: str
    production: bool = False
