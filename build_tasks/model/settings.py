"""What ``[tool.build_tasks]`` in pyproject.toml says, with the instance's names filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from build_tasks.model.affected import AffectedPolicy
from build_tasks.model.environment import Environment
from build_tasks.model.pipelines import CiSettings
from build_tasks.model.routes import Route


@dataclass(frozen=True)
class Settings:
    """Settings of the repository.

    :param application: the application the services are part of (``app.kubernetes.io/part-of``).
    :param registry: host and port of the registry.
    :param allowed_signers: path of the allowed-signers file, relative to the root.
    :param approval_lifetime: how long an approval counts.
    :param versions_folder: holds ``<environment>.toml``, what `app.deploy` deploys there.
    :param end_to_end: the service whose chart tests the application from end to end; empty: none does.
    :param kubernetes: the version charts are validated against, ``1.37.2``.
    :param network_policies: the local platform's nodes enforce NetworkPolicies.
    :param scan_policy: path of the file that says what a scan may find, relative to the root.
    :param scan_database: mirror of grype's databases; empty: their publisher.
    :param debian_security: Debian's security archive; empty: where this machine's apt has it.
    :param require_candidate: a release is cut only from what main's pipeline let through.
    :param routes: where the local platform's tools and images come from, in that order.
    :param deploy_timeout: how long a version may take to become ready without being hopeless.
    :param required_checks: names of the checks that a pull request needs, with ``*`` for any text.
    :param affected: which changes concern every service.
    :param ci: what the pipelines of CI systems are generated from.
    """

    root: Path
    application: str
    registry: str
    main_branch: str
    services_folder: str
    versions_folder: str
    end_to_end: str
    allowed_signers: str
    approval_lifetime: timedelta
    kubernetes: str
    deploy_timeout: timedelta
    network_policies: bool
    scan_policy: str
    scan_database: str
    debian_security: str
    require_candidate: bool
    routes: tuple[Route, ...]
    environments: Mapping[str, Environment]
    required_checks: tuple[str, ...] = ("*",)
    affected: AffectedPolicy = field(default_factory=AffectedPolicy)
    ci: CiSettings = field(default_factory=CiSettings)

    @property
    def production(self) -> Environment:
        """The environment whose deployments need an approval (the configuration has exactly one)."""
        return next(e for e in self.environments.values() if e.production)

    @property
    def build_folder(self) -> Path:
        """Results and archives of this checkout; may be deleted at any moment."""
        return self.root / ".build"
