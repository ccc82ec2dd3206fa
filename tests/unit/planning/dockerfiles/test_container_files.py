"""From a file in a container to the file of the repository that was copied there."""

from __future__ import annotations

import pytest

from build_tasks.planning.dockerfiles.container_files import ContainerFiles, container_files

FILES = (
    "services/delivery/delivery/store.py",
    "services/delivery/requirements.lock",
    "services/delivery/run",
    "services/delivery/tests/test_api.py",
    "services/delivery/tests/test_operations.py",
    "services/shared/servicekit/drain.py",
    "services/shared/tests/test_operations.py",
    "services/delivery/internal/fleet/fleet_test.go",
    "services/delivery/src/A.cs",
)
DOCKERFILE = """
ARG VERSION=3
FROM python:$VERSION AS base
WORKDIR /app
FROM base AS build
COPY services/shared/servicekit ./servicekit
COPY ["services/delivery/delivery", "./delivery"]
COPY services/delivery/requirements.lock services/delivery/run ./
FROM base AS TestRunner
COPY --from=build /app/servicekit ./kit
COPY --chown=1:1 --from=1 /app/delivery /app/run ./
COPY services/delivery/tests ./tests
COPY services/shared/tests ./tests/servicekit
COPY services/delivery/src/*.cs /src/
COPY services/delivery/requirements.lock ./locks/test.lock
WORKDIR tests
RUN pytest
FROM build AS final
COPY services/$SERVICE ./x
"""


def files(stage: str = "testrunner", text: str = DOCKERFILE) -> ContainerFiles:
    return container_files(text, stage, FILES)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/app/tests/test_api.py", "services/delivery/tests/test_api.py"),
        ("file:///app/tests/test_api.py", "services/delivery/tests/test_api.py"),
        ("..\\tests\\test_api.py", "services/delivery/tests/test_api.py"),
        # From the folder in which the container works.
        ("test_api.py", "services/delivery/tests/test_api.py"),
        ("../tests/test_api.py", "services/delivery/tests/test_api.py"),
        # There are two of that name.
        ("/app/tests/test_operations.py", "services/delivery/tests/test_operations.py"),
        ("/app/tests/servicekit/test_operations.py", "services/shared/tests/test_operations.py"),
        # Through another stage, under another name; of a folder its content is copied.
        ("/app/kit/drain.py", "services/shared/servicekit/drain.py"),
        ("/app/store.py", "services/delivery/delivery/store.py"),
        ("/app/run", "services/delivery/run"),
        ("/app/locks/test.lock", "services/delivery/requirements.lock"),
        ("/src/A.cs", "services/delivery/src/A.cs"),
        # Go leaves out where the module is.
        ("delivery/internal/fleet/fleet_test.go", "services/delivery/internal/fleet/fleet_test.go"),
        ("fleet_test.go", "services/delivery/internal/fleet/fleet_test.go"),
        ("runtime/fleet_test.go", ""),
        ("/app/tests/test_new.py", ""),
        ("test_operations.py", "services/delivery/tests/test_operations.py"),
        ("", ""),
        (".", ""),
        ("\0", ""),
    ],
)
def test_a_path_in_the_container(name: str, path: str) -> None:
    assert files()(name) == path


def test_a_name_that_several_files_have_is_none_of_them() -> None:
    assert files("base")("test_operations.py") == ""
    assert files("base")("tests/test_operations.py") == ""
    assert files("base")("shared/tests/test_operations.py") == "services/shared/tests/test_operations.py"


def test_the_whole_repository_copied() -> None:
    text = "FROM x AS testrunner\nWORKDIR /src\nCOPY . .\n"
    assert files(text=text)("/src/services/delivery/run") == "services/delivery/run"


@pytest.mark.parametrize("text", ["", "FROM\nCOPY\nWORKDIR\n", "COPY a b\n", "FROM x\nCOPY --from=9 /a ./\n"])
def test_a_dockerfile_that_says_little(text: str) -> None:
    assert files(text=text)("tests/test_api.py") == "services/delivery/tests/test_api.py"
    assert files(text=text)("/app/nothing.py") == ""
