"""The shape of ``[tool.build_tasks.ci]``: what pipelines are generated from. See ``schema.py``."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from build_tasks.config.documented_key import documented as _doc

#: Names that CI systems take, and nothing that means something to a shell, a pattern or an expression.
_PLACE = "^([A-Za-z0-9][A-Za-z0-9 ._/-]*)?$"
_Place = Annotated[str, Meta(pattern=_PLACE)]
_Label = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$")]
#: One line of shell: it is written into pipelines as it is.
_Line = Annotated[str, Meta(pattern=r"^\S[^\n\r]*$")]


class AzureTable(Struct, frozen=True, forbid_unknown_fields=True):
    pool: Annotated[_Place, _doc("a pool of your own agents; empty: Microsoft's, with `image`", "linux")] = ""
    image: Annotated[_Label, _doc("the image of Microsoft's agents", "ubuntu-24.04")] = "ubuntu-24.04"
    registry_read: Annotated[
        _Place, _doc("Docker registry service connection that reads; empty: no login", "registry-read")
    ] = ""
    registry_build: Annotated[_Place, _doc("... that writes candidates", "registry-candidates")] = ""
    registry_promote: Annotated[_Place, _doc("... that writes `prod/`", "registry-production")] = ""


class GithubTable(Struct, frozen=True, forbid_unknown_fields=True):
    runner: Annotated[
        tuple[_Label, ...], Meta(min_length=1), _doc("labels of the runners", ["self-hosted", "linux"])
    ] = ("ubuntu-24.04",)


class GitlabTable(Struct, frozen=True, forbid_unknown_fields=True):
    tags: Annotated[tuple[_Label, ...], _doc("tags of the runners; none: any runner", ["docker"])] = ()
    image: Annotated[
        str,
        Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9._/:@-]*)?$"),
        _doc("image that jobs run in, with git, Python and docker; empty: the runner's own", "ci/agent:1.4"),
    ] = ""


class CiTable(Struct, frozen=True, forbid_unknown_fields=True):
    systems: Annotated[
        tuple[Literal["azure", "github", "gitlab"], ...],
        _doc("whose files `ci.generate` writes and `ci.generate --check` compares", ["github"]),
    ] = ()
    command: Annotated[_Line, _doc("how pipelines call the tasks", ".venv/bin/inv")] = "./inv"
    prepare: Annotated[_Line, _doc("what a job that builds or deploys runs first", "./inv platform.up")] = (
        "./inv platform.tools"
    )
    jobs: Annotated[
        int, Meta(ge=1, le=200), _doc("at most so many jobs share the services that a change concerns", 10)
    ] = 50
    timeout_minutes: Annotated[int, Meta(ge=5, le=360), _doc("how long a job may take", 30)] = 60
    build_environment: Annotated[
        _Label, _doc("the CI's environment of main's and release branches' builds", "candidates")
    ] = "build"
    delivery_environment: Annotated[
        _Label, _doc("the CI's environment of deliveries before production", "qa")
    ] = "pre-production"
    required_checks: Annotated[
        tuple[str, ...],
        _doc("checks that a pull request needs, with `*` for any text: `ci.lint` asks", ["gate", "build *"]),
    ] = ("*",)
    azure: AzureTable = AzureTable()
    github: GithubTable = GithubTable()
    gitlab: GitlabTable = GitlabTable()
