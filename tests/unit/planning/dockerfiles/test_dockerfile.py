"""What a Dockerfile copies in and is based on, in every way it may be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.dockerfiles.dockerfile import Dockerfile, parse

PATH = "services/delivery/Dockerfile"
STAGES = "FROM scratch AS build\nFROM scratch AS testrunner\nFROM scratch AS final\n"


def read(lines: str) -> Dockerfile:
    """A Dockerfile that has all its stages, and then these lines in the last of them."""
    return parse(STAGES + lines, PATH)


def based(lines: str) -> Dockerfile:
    """A Dockerfile that begins with these lines and whose stages are built from what they make last."""
    return parse(f"{lines}\n{STAGES.replace('scratch', 'made')}", PATH)


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
        ("FROM python:3.13 AS made", ("python:3.13",)),
        ("from python:3.13 as Made", ("python:3.13",)),
        ("FROM --platform=$BUILDPLATFORM golang:1.26 AS made", ("golang:1.26",)),
        ("FROM x AS first\nFROM First AS made", ("x",)),
        ("FROM scratch AS made", ()),
        (
            "FROM localhost:5001/base@sha256:" + "a" * 64 + " AS made",
            ("localhost:5001/base@sha256:" + "a" * 64,),
        ),
        (
            "FROM a AS one\nFROM b AS two\nFROM a AS made\nCOPY --from=one /x /\nCOPY --from=1 /x /",
            ("a", "b"),
        ),
        ("FROM scratch AS made\nCOPY --from=ghcr.io/x/tool:1 /tool /bin/", ("ghcr.io/x/tool:1",)),
        ("FROM scratch AS made\nRUN --mount=type=bind,from=tools:2,target=/t make", ("tools:2",)),
        ("FROM scratch AS made\nRUN --mount=type=cache,from=tools:2,target=/t make", ("tools:2",)),
    ],
)
def test_bases(line: str, bases: tuple[str, ...]) -> None:
    assert based(line).bases == bases


def test_arguments_with_a_default_before_the_first_from() -> None:
    text = "ARG PYTHON=3.13 SUFFIX=slim\nARG TOOL='tool:1'\nFROM python:${PYTHON}-$SUFFIX AS made\n"
    assert based(f"{text}COPY --from=$TOOL /a /b").bases == ("python:3.13-slim", "tool:1")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ARG PYTHON\nFROM python:$PYTHON AS made\n", 2),
        ("FROM ${BASE} AS made\n", 1),
        ("ARG A=1\nFROM x:${A:-2} AS made\n", 2),
        ("FROM x\nARG BASE=y\nFROM $BASE AS made\n", 3),
    ],
)
def test_an_image_with_a_variable_is_refused(text: str, line: int) -> None:
    with pytest.raises(FlowError) as refused:
        based(text)
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


def test_every_line_that_is_not_understood_is_told() -> None:
    with pytest.raises(FlowError) as refused:
        read("COPY $A x\nCOPY [z b x\nFROM $B AS more\nCOPY --from=more /a /b")
    assert refused.value.why == f"{PATH}:4: source '$A' has a variable"
    assert refused.value.details == (f"{PATH}:5: source '[z' has a [ that begins no list of characters",)


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


SERVICES = Path(__file__).parents[4] / "services"


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


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch AS spare\nCOPY spare /",
        "FROM scratch AS spare\nCOPY --from=build /a /b\nCOPY spare /",
        "FROM build AS spare\nCOPY $SPARE /",
        "FROM $SPARE AS spare",
    ],
)
def test_stages_that_nothing_is_built_from_do_not_count(text: str) -> None:
    found = parse(f"{STAGES}COPY a /\n{text}\n", PATH)
    assert (found.sources, found.bases) == (("a",), ())
    assert found.stages == ("build", "testrunner", "final", "spare")


@pytest.mark.parametrize(
    "use",
    [
        "FROM spare AS final",
        "FROM x AS final\nCOPY --from=Spare /a /b",
        "FROM x AS final\nCOPY --from=0 /a /b",
        "FROM x AS final\nRUN --mount=from=spare,target=/s make",
        "FROM spare AS between\nFROM x AS final\nCOPY --from=between /a /b",
    ],
)
def test_stages_that_something_is_built_from_count(use: str) -> None:
    stages = "FROM scratch AS build\nFROM build AS testrunner\n"
    assert parse(f"FROM scratch AS spare\nCOPY spare /\n{stages}{use}\n", PATH).sources == ("spare",)


def test_what_a_stage_leaves_to_those_based_on_it() -> None:
    """ONBUILD is carried out where a stage is based on it, and only there."""
    text = "FROM scratch AS made\nONBUILD COPY later /\nONBUILD RUN --mount=source=bound,target=/b make\n"
    assert based(text).sources == ("later", "bound")
    assert parse(STAGES + "ONBUILD COPY later /\n", PATH).sources == ()


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("# escape=`\n# why\nFROM x AS made\nCOPY a `\n  b /", ("a", "b")),
        ("# syntax=docker/dockerfile:1\n# Escape = `\nFROM x AS made\nCOPY a `\n  b /", ("a", "b")),
        ("# why\n# escape=`\nFROM x AS made\nCOPY a b \\\n  /", ("a", "b")),
        ("\ufeffFROM x AS made\nCOPY a /", ("a",)),
        ("FROM x AS made\nRUN echo \\\nCOPY a /\nCOPY b /", ("b",)),
        ("FROM x AS made\nRUN cat <<EOF > /x\nCOPY a /\nEOF\nCOPY b /", ("b",)),
        ("FROM x AS made\nRUN cat <<'E' <<-F\nCOPY a /\nE\n\tCOPY c /\n\tF\nCOPY b /", ("b",)),
        ("FROM x AS made\nONBUILD RUN <<EOF\nCOPY a /\nEOF\nCOPY b /", ("b",)),
        ("FROM\tx\tAS\tmade\n\tCOPY\ta\t/", ("a",)),
        ("FROM x AS made\nCOPY 'a' \"b\" c'd' /", ("a", "b", "cd")),
        ("FROM x AS made\nRUN --mount='type=bind,\"source=a,b\",target=/t' make", ("a,b",)),
        ("FROM x AS made\nRUN make --mount=source=a,target=/t", ()),
        ("FROM x AS made\nCOPY -- a /", ("a",)),
        ("COPY a /\nFROM x AS made\nCOPY b /", ("b",)),
    ],
)
def test_how_lines_are_read(text: str, sources: tuple[str, ...]) -> None:
    assert based(text).sources == sources


@pytest.mark.parametrize(
    ("text", "sources"),
    [("RUN <<EOF\nCOPY a /", ()), ("COPY a b\\", ("a",)), ("COPY a \\\n b\\\n\n# c", ("a",)), ("COPY", ())],
)
def test_a_file_that_ends_in_the_middle(text: str, sources: tuple[str, ...]) -> None:
    assert read(text).sources == sources


@pytest.mark.parametrize(
    ("copy", "taken", "left"),
    [
        ("COPY --exclude=*.md docs /", ["docs/x.txt", "docs/a/x.md"], ["docs/x.md"]),
        ("COPY --exclude=**/*.md docs /", ["docs/x.txt"], ["docs/x.md", "docs/a/x.md"]),
        ("COPY --exclude=a --exclude=b . /", ["c", "c/a"], ["a", "a/x", "b"]),
        ("COPY --exclude=*.md --exclude=!keep.md docs /", ["docs/keep.md"], ["docs/x.md"]),
        ("ADD --exclude=x d* /", ["docs/y", "docs/a/x", "data/y"], ["docs/x", "data/x", "e/y"]),
        # What is named itself is copied all the same.
        ("COPY --exclude=*.md README.md /", ["README.md"], []),
        ("COPY --exclude=*.md *.md /", ["README.md"], ["docs/x.md"]),
        ("COPY --parents a/b/c.txt /", ["a/b/c.txt"], ["a/b/d.txt"]),
        ("COPY --parents **/go.mod go.* /", ["go.mod", "a/go.mod", "a/b/go.mod", "go.sum"], ["a/go.sum"]),
        ("COPY --parents ./a/./**/*.txt /", ["a/x.txt", "a/b/x.txt"], ["x.txt", "a/x.md"]),
        ("COPY --parents --exclude=b ./a/./**/*.txt /", ["a/x.txt", "a/c/b/x.txt"], ["a/b/x.txt"]),
        ("COPY --parents=false **/go.mod /", ["a/go.mod"], ["go.mod", "a/b/go.mod"]),
        ("RUN --mount=source=a*,target=/a make", ["a*", "a*/b"], ["ab"]),
        ("COPY a /\nCOPY --exclude=x a /", ["a/x", "a/y"], []),
    ],
)
def test_what_is_copied(copy: str, taken: list[str], left: list[str]) -> None:
    copied = read(copy).copied
    assert [path for path in (*taken, *left) if any(s.takes(path) for s in copied)] == taken


@pytest.mark.parametrize(
    ("copy", "closed", "not_closed"),
    [
        (
            "COPY vendor/lib/src /",
            ["vendor", "vendor/lib", "vendor/lib/src", "vendor/lib/src/x"],
            ["vendor/li"],
        ),
        ("COPY vendor/*/src /", ["vendor", "vendor/lib", "vendor/lib/src"], ["other", "vendor/lib/test"]),
        ("COPY . /", ["anything"], []),
        ("COPY --parents **/go.mod /", ["anything"], []),
    ],
)
def test_what_may_be_copied_of_a_submodule(copy: str, closed: list[str], not_closed: list[str]) -> None:
    [source] = read(copy).copied
    assert [path for path in (*closed, *not_closed) if source.may_take_below(path)] == closed


def test_each_source_keeps_its_line() -> None:
    assert [(s.path, s.line) for s in read("\n\nCOPY a \\\n  b /\nCOPY a /").copied] == [("a", 6), ("b", 6)]
