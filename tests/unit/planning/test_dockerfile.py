"""What a Dockerfile copies in and is based on, in every way it may be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.dockerfile import Dockerfile, parse

PATH = "services/delivery/Dockerfile"
STAGES = "FROM scratch AS build\nFROM scratch AS testrunner\nFROM scratch AS final\n"


def read(lines: str) -> Dockerfile:
    """A Dockerfile that has all its stages, and then these lines."""
    return parse(STAGES + lines, PATH)


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("COPY services/delivery/src ./src", ("services/delivery/src",)),
        ("COPY ./services/delivery/ .", ("services/delivery",)),
        ("COPY /services//delivery/../shared x", ("services/shared",)),
        ("COPY ../../etc x", ("etc",)),
        ("COPY a b c/", ("a", "b")),
        ("COPY . .", (".",)),
        ("COPY ./ /app", (".",)),
        ('COPY ["a b", "c", "/app/"]', ("a b", "c")),
        ('COPY --chown=1:1 ["a b", "/app/"]', ("a b",)),
        # Not JSON, so words, and the first of them a pattern.
        ('COPY ["a", "b" ', (".",)),
        ("COPY --chown=10001:10001 --chmod=0555 a b", ("a",)),
        ("COPY --link a b", ("a",)),
        ("copy a b", ("a",)),
        ("Copy a b", ("a",)),
        ("ADD a b", ("a",)),
        ("ADD https://example.org/x.tgz /x", ()),
        ("ADD git@github.com:a/b.git /x", ()),
        ("ADD git+ssh://example.org/x /x", ()),
        ("ADD https://example.org/x.tgz a /x", ("a",)),
        ("COPY a \\\n  # why b\n  b \\\n\n  /x", ("a", "b")),
        ("# COPY a b", ()),
        ("COPY --from=build /a /b", ()),
        ("COPY --from=BUILD /a /b", ()),
        ("COPY --from=0 /a /b", ()),
        ("COPY services/delivery/*.lock ./", ("services/delivery",)),
        ("COPY services/d*/x ./", ("services",)),
        ("COPY *.toml ./", (".",)),
        ("COPY a/[bc]/d ./", ("a",)),
        ("COPY a x\nCOPY b y\nCOPY a z", ("a", "b")),
        ("RUN --mount=type=bind,source=services/shared,target=/s make", ("services/shared",)),
        ("RUN --mount=source=services/shared,target=/s make", ("services/shared",)),
        ("RUN --mount=type=bind,src=a,target=/s --mount=type=bind,target=/t make", ("a", ".")),
        ("RUN --mount=type=cache,target=/root/.cache/pip pip install x", ()),
        ("RUN --mount=type=secret,id=token cat /run/secrets/token", ()),
        ("RUN --mount=type=bind,from=build,source=/a,target=/a make", ()),
        ("RUN <<EOF\nCOPY a b\nFROM x\nEOF\nCOPY c d", ("c",)),
        ("RUN <<-'EOF'\n\tCOPY a b\n\tEOF\nCOPY c d", ("c",)),
        ('RUN cat <<A && cat <<"B"\nA\nCOPY a b\nB\nCOPY c d', ("c",)),
        ("RUN make && \\\n  cat <<EOF\nCOPY a b\nEOF\nCOPY c d", ("c",)),
        ("COPY <<EOF /etc/x\nADD a b\nEOF\nCOPY c d", ("c",)),
        ("RUN cat <<< word\nCOPY c d", ("c",)),
        ("ENV A='<<EOF'\nCOPY c d", ("c",)),
    ],
)
def test_sources(line: str, sources: tuple[str, ...]) -> None:
    assert read(line).sources == sources


@pytest.mark.parametrize(
    ("line", "bases"),
    [
        ("FROM python:3.13", ("python:3.13",)),
        ("from python:3.13 as More", ("python:3.13",)),
        ("FROM --platform=$BUILDPLATFORM golang:1.26 AS compiler", ("golang:1.26",)),
        ("FROM build", ()),
        ("FROM Build AS more", ()),
        ("FROM scratch", ()),
        ("FROM localhost:5001/base@sha256:" + "a" * 64, ("localhost:5001/base@sha256:" + "a" * 64,)),
        ("FROM a\nFROM b\nFROM a", ("a", "b")),
        ("COPY --from=ghcr.io/x/tool:1 /tool /bin/", ("ghcr.io/x/tool:1",)),
        ("RUN --mount=type=bind,from=tools:2,target=/t make", ("tools:2",)),
    ],
)
def test_bases(line: str, bases: tuple[str, ...]) -> None:
    assert read(line).bases == bases


def test_arguments_with_a_default_before_the_first_from() -> None:
    text = "ARG PYTHON=3.13\nARG TOOL='tool:1'\nFROM python:${PYTHON}-slim AS base\nCOPY --from=$TOOL /a /b\n"
    assert parse(text + STAGES, PATH).bases == ("python:3.13-slim", "tool:1")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ARG PYTHON\nFROM python:$PYTHON\n", 2),
        ("FROM ${BASE}\n", 1),
        ("ARG A=1\nFROM x:${A:-2}\n", 2),
        ("FROM x\nARG BASE=y\nFROM $BASE\n", 3),
    ],
)
def test_an_image_with_a_variable_is_refused(text: str, line: int) -> None:
    with pytest.raises(FlowError) as refused:
        parse(text + STAGES, PATH)
    assert refused.value.code is ExitCode.CONFIG
    assert refused.value.why.startswith(f"{PATH}:{line}: image ")


@pytest.mark.parametrize(
    "copy", ["COPY $SRC /x", "COPY a ${SRC}/b /x", 'COPY ["$SRC", "/x"]', "ADD $SRC x", "copy \\\n $SRC x"]
)
def test_a_source_with_a_variable_is_refused(copy: str) -> None:
    with pytest.raises(FlowError) as refused:
        read(f"\n# a comment\n{copy}")
    assert refused.value.code is ExitCode.CONFIG
    assert refused.value.why.startswith(f"{PATH}:6: source ")
    assert "write the path out" in refused.value.fix


def test_a_target_may_have_a_variable() -> None:
    assert read("COPY a $HOME/a").sources == ("a",)


def test_a_heredoc_does_not_move_line_numbers() -> None:
    with pytest.raises(FlowError, match=f"{PATH}:7: "):
        read("RUN <<EOF\nCOPY $A b\nEOF\nCOPY $A b")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "build or testrunner or final"),
        ("FROM a AS build\nFROM a AS final\n", "testrunner"),
        ("FROM a\n", "build or testrunner or final"),
        ("FROM a AS build\nFROM a AS test\nFROM a AS runtime\n", "testrunner or final"),
    ],
)
def test_missing_stages_are_refused(text: str, missing: str) -> None:
    with pytest.raises(FlowError) as refused:
        parse(text, PATH)
    assert refused.value.code is ExitCode.CONFIG
    assert refused.value.why == f"{PATH}: no stage named {missing}"


def test_stages_whatever_their_case() -> None:
    text = "from a as Build\nFROM a AS TESTRUNNER\nFROM a As final\n"
    assert parse(text, PATH).stages == ("build", "testrunner", "final")


def test_windows_line_ends() -> None:
    assert parse((STAGES + "COPY a b\n").replace("\n", "\r\n"), PATH).sources == ("a",)


SERVICES = Path(__file__).parents[3] / "services"


@pytest.mark.parametrize(
    "file", sorted(SERVICES.glob("*/Dockerfile")), ids=lambda file: str(file.parent.name)
)
def test_the_sample_services(file: Path) -> None:
    found = parse(file.read_text(encoding="utf-8"), str(file))
    own = f"services/{file.parent.name}/"
    assert all(source.startswith((own, "services/shared/")) for source in found.sources)
    assert any(source.startswith(own) for source in found.sources)
    assert found.bases


def test_an_empty_base_is_no_image() -> None:
    """``FROM scratch`` needs neither a pull nor a stand-in."""
    text = (
        "FROM golang:1.26-trixie AS build\nRUN go build -o /app .\n"
        "FROM build AS testrunner\n"
        "FROM scratch AS final\nCOPY --from=build /app /app\nUSER 10001:10001\n"
    )
    for written in (text, text.replace("FROM scratch", "from scratch")):
        assert parse(written, "Dockerfile").bases == ("golang:1.26-trixie",)
