"""What scripts and tasks do to images."""

from __future__ import annotations

import pytest

from build_tasks.planning.ci_lint.azure.tasks import done_by_task
from build_tasks.planning.ci_lint.commands.deeds import Done, done_by
from build_tasks.planning.ci_lint.commands.shell import commands, filled_in
from build_tasks.planning.ci_lint.github.actions import done_by_action
from build_tasks.planning.ci_lint.pipelines import Deed

IMAGE, STAGE, SCAN, FLOW, LATEST = (
    Deed.BUILDS_IMAGE,
    Deed.BUILDS_STAGE,
    Deed.SCANS,
    Deed.RUNS_FLOW,
    Deed.PUSHES_LATEST,
)


def deeds(script: str) -> list[Deed]:
    return [done.deed for _, words in commands(script) for done in done_by(words)]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("docker build -t delivery:1 .", [IMAGE]),
        ("docker build --target testrunner .", [STAGE]),
        ("docker build --target=final .", [IMAGE]),
        ("docker buildx build --push -t r/delivery:latest .", [IMAGE, LATEST]),
        ("docker buildx build --push -t r/delivery:1 .", [IMAGE]),
        ("docker buildx build -o type=registry -t r/delivery .", [IMAGE, LATEST]),
        ("docker buildx bake --push", [IMAGE]),
        ("docker image build .", [IMAGE]),
        ("sudo podman build . && podman push r/delivery:latest", [IMAGE, LATEST]),
        ("buildah bud -t x .", [IMAGE]),
        ("docker-compose build", [IMAGE]),
        ("docker compose build delivery", [IMAGE]),
        ("docker compose push", []),
        ("docker-compose push", []),
        ("docker push r/delivery:1.0.2", []),
        ("docker push r/delivery", [LATEST]),
        ("docker push localhost:5000/delivery", [LATEST]),
        ("docker push r/delivery@sha256:abc", []),
        ("docker push $IMAGE", []),
        ("docker push $IMAGE:latest", [LATEST]),
        ("docker push --all-tags r/delivery:1", []),
        ("docker buildx imagetools create -t r/delivery:latest r/delivery:1", [LATEST]),
        ("docker run --rm x", []),
        ("docker run --rm aquasec/trivy image x", [SCAN]),
        ("docker scout cves x", [SCAN]),
        ("docker", []),
        ("az acr build -t delivery:latest .", [IMAGE, LATEST]),
        ("az login", []),
        ("/kaniko/executor --dockerfile Dockerfile --destination r/d:latest", [IMAGE, LATEST]),
        ("buildctl build --frontend dockerfile.v0", [IMAGE]),
        ("pack build x", [IMAGE]),
        ("pack inspect x", []),
        ("crane copy a/b:1 c/b:latest", [LATEST]),
        ("skopeo copy docker://a:1 docker://b:2", []),
        ("trivy image --exit-code 1 x", [SCAN]),
        ("grype x", [SCAN]),
        ("./inv ci.run", [FLOW]),
        ("nice -n 19 .venv/bin/inv ci.run --no-deliver", [FLOW]),
        ("python -m build_tasks delivery.scan", [SCAN]),
        ("./inv delivery.test delivery.image", [STAGE, IMAGE]),
        ("./inv all.push --jobs 2", [IMAGE]),
        ("./inv delivery.deploy --env qa --version 1.0.2", []),
        ("echo docker push r/delivery", []),
        ("# docker push r/delivery", []),
        ("make test", []),
        ("if true; then docker build .; fi", [IMAGE]),
        ("cat <<'END", []),
        ("", []),
    ],
)
def test_what_a_command_does(script: str, found: list[Deed]) -> None:
    assert deeds(script) == found


def test_lines_of_a_script() -> None:
    script = "set -e\ndocker build \\\n  -t x \\\n  .\n\ncd a && grype x | tee log\n"
    assert [(line, words[0]) for line, words in commands(script)] == [
        (0, "set"),
        (1, "docker"),
        (5, "cd"),
        (5, "grype"),
        (5, "tee"),
    ]
    assert [words for _, words in commands("docker build \\")] == [["docker", "build"]]


def test_variables_that_are_filled_in_before_a_shell_runs() -> None:
    known = {"image": "delivery:1"}.get
    assert filled_in("push $(image) $(Build.Id) ${{ image }} $(ls -l) $IMAGE", known) == (
        "push delivery:1 $Build_Id delivery:1 $(ls -l) $IMAGE"
    )
    assert filled_in("${{ github.event.number }}", known) == "$github_event_number"


def azure(task: str, **inputs: str) -> list[Deed]:
    return [done.deed for done in done_by_task(task, inputs)]


def test_docker_tasks_of_azure() -> None:
    assert azure("Docker@1", dockerfile="a/Dockerfile") == [IMAGE]
    assert azure("Docker@1", arguments="--pull --target testrunner") == [STAGE]
    assert azure("Docker@1", command="run") == []
    assert azure("Docker@1", command="Push an image", imagename="delivery:1") == []
    assert azure("Docker@1", command="Push an image", imagename="delivery") == [LATEST]
    assert azure("Docker@1", command="Push an image", includelatesttag="true") == [LATEST]
    assert azure("Docker@1", command="Push an image", additionalimagetags="1\nlatest") == [LATEST]
    assert azure("Docker@1", includelatesttag="True") == [IMAGE, LATEST]
    assert azure("Docker@0", action="Push images", imagename="$image") == []
    assert azure("Docker@2", tags="1\nlatest") == [IMAGE, LATEST]
    assert azure("Docker@2", command="build", tags="latest") == [IMAGE]
    assert azure("Docker@2", command="login") == []
    assert azure("DockerCompose@0", action="Build services") == [IMAGE]
    assert azure("trivy@1") == azure("aquasecScanner@4") == [SCAN]
    assert azure("PublishTestResults@2") == []


def test_actions_of_github() -> None:
    def done(uses: str, **inputs: str) -> list[Done]:
        return list(done_by_action(uses, inputs))

    [built] = done("docker/build-push-action@v6", file="a/Dockerfile", context=".")
    assert (built.deed, set(built.names)) == (IMAGE, {"a/Dockerfile", "."})
    assert [one.deed for one in done("docker/build-push-action@v6", target="testrunner")] == [STAGE]
    pushed = done("docker/build-push-action@v6", push="$github_event_name", tags="r/x:1\nr/x:latest")
    assert [one.deed for one in pushed] == [IMAGE, LATEST]
    assert [one.deed for one in done("docker/build-push-action@v6", push="false", tags="r/x:latest")] == [
        IMAGE
    ]
    assert [
        one.deed for one in done("docker/build-push-action@v6", outputs="type=image,push=true", tags="x")
    ] == [
        IMAGE,
        LATEST,
    ]
    assert [one.deed for one in done("aquasecurity/trivy-action@0.28.0")] == [SCAN]
    assert [one.deed for one in done("anchore/scan-action@v4")] == [SCAN]
    assert done("actions/checkout@v4") == []


@pytest.mark.parametrize(
    ("tags", "flavor", "latest"),
    [
        ("", "", True),
        ("type=semver,pattern={{version}}", "", True),
        ("type=semver,pattern={{version}}", "latest=auto", True),
        ("type=semver,pattern={{version}}", "latest=false", False),
        ("type=sha", "", False),
        ("type=sha", "latest=true", True),
        ("type=raw,value=latest", "latest=false", True),
        ("type=semver,pattern={{version}}", "latest=$github_ref", False),
    ],
)
def test_the_tag_that_metadata_action_adds(tags: str, flavor: str, latest: bool) -> None:
    given = {"tags": tags, "flavor": flavor}
    assert bool(list(done_by_action("docker/metadata-action@v5", given))) is latest
