"""Things to plan with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from build_tasks.model.environment import Environment
from build_tasks.model.images import Digest
from build_tasks.model.routes import Route
from build_tasks.model.service import Service, ServiceKind
from build_tasks.model.settings import Settings
from build_tasks.model.version import Version

SHA = "c0ffee" + "0" * 34


def v(text: str) -> Version:
    return Version.parse(text)


def vs(*texts: str) -> list[Version]:
    return [Version.parse(text) for text in texts]


def digest(character: str) -> Digest:
    return Digest("sha256:" + character * 64)


def environment(name: str, *, production: bool = False) -> Environment:
    cluster = "prod" if production else "devtest"
    return Environment(name, cluster, name, f"local-{name}", f"/state/{name}.kubeconfig", production)


def service(name: str = "delivery", **changes: object) -> Service:
    plain = Service(
        name=name,
        kind=ServiceKind.API,
        owner="shipping",
        description="keeps deliveries",
        folder=f"services/{name}",
        dockerfile=f"services/{name}/Dockerfile",
        chart=f"services/{name}/chart",
        environments=("qa",),
        switch_automatic=True,
        drain_path="/drain",
        keep_versions=2,
        port=8080,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test gives what the field takes


def settings(root: Path = Path("/shop")) -> Settings:
    environments = [environment("dev"), environment("qa"), environment("prod", production=True)]
    return Settings(
        root=root,
        application="dronedelivery",
        registry="localhost:5001",
        main_branch="main",
        services_folder="services",
        versions_folder="versions",
        end_to_end="",
        allowed_signers="policy/allowed_signers",
        approval_lifetime=timedelta(hours=72),
        kubernetes="1.37.2",
        deploy_timeout=timedelta(seconds=180),
        network_policies=True,
        scan_policy="policy/scan.toml",
        scan_database="",
        debian_security="",
        require_candidate=False,
        routes=(Route.PATH, Route.UPSTREAM, Route.PACKAGES),
        environments={e.name: e for e in environments},
    )
