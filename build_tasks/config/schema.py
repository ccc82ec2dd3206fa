"""The shape of the configuration files: keys, types, defaults, limits and what they mean.

docs/configuration.md repeats every key; a test keeps the two in step. ``msgspec`` reads a correct file in
microseconds; only when it objects are all mistakes looked up (see ``problems.py``).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from build_tasks.config.ci_schema import CiTable
from build_tasks.config.documented_key import documented as _doc

_NAME = "a name of lower-case letters, digits and dashes, at most 30, beginning with a letter"
_LABEL = "a DNS label: lower-case letters, digits and dashes, at most 63"
_PATH = "a path that is relative and stays inside"
_PATTERN = "a pattern as in .dockerignore, from the repository's root and not out of it"
#: A DNS label (RFC 1123) short enough that ``<name>-v<version>`` stays a Helm release name.
Name = Annotated[str, Meta(pattern="^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$", title=_NAME)]
Label = Annotated[str, Meta(pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", title=_LABEL)]
RelativePath = Annotated[str, Meta(pattern=r"^(?!.*(^|/)\.\.(/|$))[^/\\].*$", title=_PATH)]
PathPattern = Annotated[str, Meta(pattern=r"^(?!.*(^|/)\.\.(/|$))!?[^/!].*$", title=_PATTERN)]
#: What a text matches that says something.
NOT_BLANK = r"\S"
#: Empty, or a URL without a user in it: these files are committed, and passwords are not.
Address = Annotated[str, Meta(pattern=r"^(https?://[^\s@/]+(/[^\s@]*)?)?$")]


class ImageTable(Struct, frozen=True, forbid_unknown_fields=True):
    dockerfile: Annotated[
        RelativePath, _doc("Dockerfile, relative to the service's folder", "docker/Dockerfile")
    ] = "Dockerfile"


class DeliveryTable(Struct, frozen=True, forbid_unknown_fields=True):
    environments: Annotated[
        tuple[Name, ...],
        Meta(min_length=1),
        _doc("where a release goes before production, in that order", ["qa", "staging"]),
    ] = ("qa",)


class SwitchTable(Struct, frozen=True, forbid_unknown_fields=True):
    automatic: Annotated[bool, _doc("move the traffic as soon as a version is verified", False)] = True
    drain_path: Annotated[
        str,
        Meta(pattern="^(/[A-Za-z0-9/_-]*)?$"),
        _doc("POSTed to each pod of the version left behind; empty: not told to drain", "/drain"),
    ] = ""
    keep_versions: Annotated[
        int, Meta(ge=2, le=10), _doc("versions that stay deployed: live, and those to go back to", 3)
    ] = 2


class ServiceFile(Struct, frozen=True, forbid_unknown_fields=True):
    """``services/<name>/service.toml``."""

    name: Annotated[Name, _doc("the service's name; must be its folder's", "delivery")]
    kind: Annotated[
        Literal["api", "worker"],
        _doc("api: answers requests through a Service; worker: fetches its work, has no Service", "worker"),
    ]
    owner: Annotated[str, Meta(min_length=1), _doc("the team to ask", "shipping")]
    description: Annotated[str, _doc("one line for `inv --list`", "keeps deliveries")] = ""
    port: Annotated[int, Meta(ge=1, le=65535), _doc("the port its container listens on", 3000)] = 8080
    calls: Annotated[
        tuple[Name, ...], _doc("services it calls: `app.deploy` deploys those first", ["delivery"])
    ] = ()
    inputs: Annotated[
        tuple[PathPattern, ...],
        _doc("what it is built from besides, from the repository's root", ["contracts/**/*.proto"]),
    ] = ()
    image: ImageTable = ImageTable()
    delivery: DeliveryTable = DeliveryTable()
    switch: SwitchTable = SwitchTable()


class EnvironmentTable(Struct, frozen=True, forbid_unknown_fields=True):
    cluster: Annotated[Name, _doc("the cluster it lives on", "devtest")]
    namespace: Annotated[Label, _doc("its namespace", "qa")]
    production: Annotated[bool, _doc("needs an approval, admits only images from prod/", True)] = False
    context: Annotated[str, _doc("kubeconfig context; empty: the local platform's", "aks-prod")] = ""
    kubeconfig: Annotated[
        str,
        _doc("file of its deployer account, or `$VARIABLE`; empty: the local platform's", "~/.kube/prod"),
    ] = ""


class ApprovalTable(Struct, frozen=True, forbid_unknown_fields=True):
    expires_hours: Annotated[int, Meta(ge=1, le=8760), _doc("how long an approval counts", 24)] = 72
    required: Annotated[
        int,
        Meta(ge=1, le=20),
        _doc("how many people must approve a version for production, as main's tip says", 2),
    ] = 1


class DeployTable(Struct, frozen=True, forbid_unknown_fields=True):
    timeout_seconds: Annotated[
        int, Meta(ge=10, le=3600), _doc("how long a version may take to become ready", 300)
    ] = 180


class PlatformTable(Struct, frozen=True, forbid_unknown_fields=True):
    network_policies: Annotated[
        bool, _doc("the local platform enforces NetworkPolicies; false: it need not", False)
    ] = True
    routes: Annotated[
        tuple[Literal["path", "upstream", "packages"], ...],
        Meta(min_length=1),
        _doc("where tools and images come from, in that order", ["path", "packages"]),
    ] = ("path", "upstream", "packages")


class AffectedTable(Struct, frozen=True, forbid_unknown_fields=True):
    repository_wide: Annotated[
        tuple[PathPattern, ...],
        _doc("files whose change concerns every service", ["pyproject.toml", "tools"]),
    ] = ("pyproject.toml",)
    unclaimed: Annotated[
        tuple[PathPattern, ...],
        _doc("files that concern every service unless some service is built from them", ["**", "!docs"]),
    ] = ()


class ReleaseTable(Struct, frozen=True, forbid_unknown_fields=True):
    require_candidate: Annotated[
        bool,
        _doc(
            "cut only what main's pipeline built, tested and scanned; false: there is no such pipeline", False
        ),
    ] = True


class ScanTable(Struct, frozen=True, forbid_unknown_fields=True):
    policy: Annotated[
        RelativePath, _doc("what a scan may find; without the file, its defaults hold", "security/scan.toml")
    ] = "policy/scan.toml"
    database: Annotated[
        Address,
        _doc("mirror of grype's databases; empty: their publisher", "https://mirror.example.org/grype"),
    ] = ""
    debian_security: Annotated[
        Address,
        _doc(
            "Debian's security archive for patch-level; empty: where this machine's apt has it",
            "https://mirror.example.org/debian-security",
        ),
    ] = ""


class SettingsTable(Struct, frozen=True, forbid_unknown_fields=True):
    """``[tool.build_tasks]`` in pyproject.toml."""

    application: Annotated[Name, _doc("the application the services are part of", "dronedelivery")]
    environments: dict[Name, EnvironmentTable]
    registry: Annotated[
        str,
        Meta(pattern="^([a-z0-9.-]+(:[0-9]+)?)?$"),
        _doc("host[:port]; empty: the local platform's", "registry.example.org"),
    ] = ""
    main_branch: Annotated[
        str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._/-]*$"), _doc("the protected branch", "trunk")
    ] = "main"
    services: Annotated[RelativePath, _doc("folder of the services", "src")] = "services"
    allowed_signers: Annotated[
        RelativePath, _doc("who may cut and approve (OpenSSH format)", "policy/allowed_signers")
    ] = "policy/allowed_signers"
    kubernetes: Annotated[
        str, Meta(pattern=r"^1\.[0-9]+\.[0-9]+$"), _doc("version that charts are validated against", "1.37.2")
    ] = "1.37.2"
    versions: Annotated[
        RelativePath, _doc("folder of the files that say what `app.deploy` deploys", "deploy/versions")
    ] = "versions"
    end_to_end: Annotated[
        str,
        Meta(pattern="^([a-z]([a-z0-9-]{0,28}[a-z0-9])?)?$"),
        _doc("service whose chart tests the application from end to end; empty: none does", "ingestion"),
    ] = ""
    approval: ApprovalTable = ApprovalTable()
    ci: CiTable = CiTable()
    deploy: DeployTable = DeployTable()
    platform: PlatformTable = PlatformTable()
    affected: AffectedTable = AffectedTable()
    release: ReleaseTable = ReleaseTable()
    scan: ScanTable = ScanTable()


def json_schema(kind: type[Struct]) -> dict[str, object]:
    """The JSON Schema of a configuration file."""
    return msgspec.json.schema(kind)
