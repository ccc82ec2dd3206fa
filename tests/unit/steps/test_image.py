"""Stages are built once for their inputs, and runtime images keep the conventions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Built, LocalImage
from build_tasks.model.upstream import PULLED
from build_tasks.planning.dockerfiles.dockerfile import BUILD, FINAL, TESTRUNNER
from build_tasks.steps.artifacts.build_provenance import kept_provenance
from build_tasks.steps.artifacts.image import build_stage, check_image
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL, STAND_INS_LABEL
from build_tasks.steps.artifacts.inputs import built_from, recipe, sources
from tests.fakes.samples import service
from tests.unit.steps.shop import BASE, FILES, LIBRARY, STANDS_ON_IT, Shop

REVISION = "org.opencontainers.image.revision"
FINE = LocalImage("sha256:1", {INPUTS_LABEL: "abc", REVISION: "c0ffee"}, "10001:10001", ("a:in-1",))


def build(shop: Shop, stage: str = FINAL, *, force: bool = False) -> LocalImage:
    return build_stage(shop.bench, shop.service, stage, recipe(shop.bench, shop.service), force=force)


def test_the_request(shop: Shop) -> None:
    image = build(shop)
    [request] = shop.builder.built
    head = shop.source.head().sha
    assert (request.target, request.context) == ("final", str(shop.root))
    assert request.dockerfile == str(shop.root / "services/delivery/Dockerfile")
    assert request.tag.startswith("dronedelivery/delivery-final:in-")
    assert request.args == {"REVISION": head}
    assert image.labels[REVISION] == head
    assert image.labels["org.opencontainers.image.source"] == shop.origin.url
    assert image.labels[INPUTS_LABEL] == recipe(shop.bench, shop.service).inputs
    assert STAND_INS_LABEL not in image.labels and request.contexts == {}


def test_unchanged_inputs_are_not_built_again(shop: Shop) -> None:
    image = build(shop)
    shop.commit({"README.md": "other\n"})
    assert build(shop) == image
    assert len(shop.builder.built) == 1
    assert "were built before" in shop.reporter.skipped["build delivery, stage final"]


@pytest.mark.parametrize("stage", [BUILD, "testrunner", FINAL])
@pytest.mark.parametrize("label", [{}, {INPUTS_LABEL: "f" * 64}])
def test_an_image_of_that_name_that_does_not_say_what_it_is_made_of_is_not_taken(
    shop: Shop, stage: str, label: dict[str, str]
) -> None:
    build(shop, stage)
    [request] = shop.builder.built
    shop.builder.build(replace(request, labels=label))
    assert build(shop, stage).labels[INPUTS_LABEL] == recipe(shop.bench, shop.service).inputs
    assert len(shop.builder.built) == 3


def test_stages_are_images_of_their_own(shop: Shop) -> None:
    assert build(shop, BUILD).tags != build(shop, FINAL).tags


def test_force_builds_again(shop: Shop) -> None:
    build(shop)
    build(shop, force=True)
    assert len(shop.builder.built) == 2
    assert shop.reporter.reasons["build delivery, stage final"] == "forced"


@pytest.mark.parametrize("path", ["services/delivery/app.py", "services/shared/log.py"])
def test_uncommitted_inputs_are_said_to_be(shop: Shop, path: str) -> None:
    shop.write({path: "changed\n"})
    head = shop.source.head().sha
    assert build(shop).labels[REVISION] == f"{head}-dirty"
    assert shop.builder.built[-1].args == {"REVISION": f"{head}-dirty"}


def test_other_uncommitted_files_are_no_matter(shop: Shop) -> None:
    shop.write({"README.md": "other\n"})
    assert build(shop).labels[REVISION] == shop.source.head().sha


def test_a_release_names_a_commit_although_a_developer_built_it_before(shop: Shop) -> None:
    change = {"services/delivery/app.py": "changed\n"}
    shop.write(change)
    before = build(shop)
    sha = shop.commit(change)
    after = build(shop)
    assert before.labels[INPUTS_LABEL] == after.labels[INPUTS_LABEL]
    assert after.labels[REVISION] == sha
    assert (
        shop.reporter.reasons["build delivery, stage final"]
        == "its inputs have been committed since it was built"
    )
    assert build(shop) == after and len(shop.builder.built) == 2


def test_stand_ins_are_used_said_and_recorded(shop: Shop) -> None:
    plain = recipe(shop.bench, shop.service).inputs
    shop.bases.stand_ins[BASE] = "local/python:1"
    image = build(shop)
    [request] = shop.builder.built
    assert request.contexts == {BASE: "docker-image://local/python:1"}
    assert image.labels[STAND_INS_LABEL] == BASE
    assert shop.reporter.notes == [f"built on local stand-ins for {BASE}"]
    assert recipe(shop.bench, shop.service).inputs != plain


def test_inputs_are_known_without_any_base_image(shop: Shop) -> None:
    """The name of what stands for a base is enough: no engine is asked, nothing is made or fetched."""
    shop.bases.stand_ins[BASE] = "local/python:1"
    inputs = recipe(shop.bench, shop.service).inputs
    assert shop.bases.provided == [] and shop.builder.built == []
    shop.bases.stand_ins[BASE] = "local/python:2"
    assert recipe(shop.bench, shop.service).inputs != inputs, "a base with other content"
    build(shop)
    build(shop)
    assert shop.bases.provided == [BASE], "only for a build"


@pytest.mark.parametrize("stage", [FINAL, TESTRUNNER])
def test_what_the_builder_told_of_an_image_is_kept(shop: Shop, stage: str) -> None:
    shop.builder.provenance = {**shop.builder.provenance, "uri": "https://me:hunter2@git.example.org/x"}
    image = build(shop, stage)
    kept = kept_provenance(shop.bench, image)
    assert kept is not None and kept.predicate["uri"] == "https://git.example.org/x"
    assert not any(b"hunter2" in text for text in shop.provenance.kept.values())


def test_provenance_is_of_one_image(shop: Shop) -> None:
    image = build(shop)
    assert kept_provenance(shop.bench, replace(image, id="sha256:other")) is None


def test_a_builder_that_tells_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    image = build(shop)
    shop.provenance.kept.clear()
    monkeypatch.setattr(shop.builder, "build", lambda request: Built())
    assert kept_provenance(shop.bench, build(shop, force=True)) is None
    assert image.id not in shop.provenance.kept


def test_provenance_that_cannot_be_read(shop: Shop) -> None:
    image = build(shop)
    for text in (b"", b"{}", b"[1]", b'{"predicate": 1}'):
        shop.provenance.kept[image.id] = text
        assert kept_provenance(shop.bench, image) is None


@pytest.mark.parametrize("stage", [FINAL, TESTRUNNER])
def test_who_signs_believes_an_image_that_this_machine_built(shop: Shop, stage: str) -> None:
    """Another clone on the same machine has the engine and the cache, and nothing else."""
    build(shop, stage)
    signing = replace(shop.bench, signing=True)
    build_stage(signing, shop.service, stage, recipe(signing, shop.service))
    assert len(shop.builder.built) == 1
    shop.provenance.kept.clear()
    build_stage(signing, shop.service, stage, recipe(signing, shop.service))
    assert len(shop.builder.built) == 2, "anybody may have given it its name and its labels"


def test_a_publisher_s_own_image_is_used_and_is_no_stand_in(shop: Shop) -> None:
    shop.bases.stand_ins[BASE] = f"{PULLED}python:3.13-aaaaaaaaaaaa"
    image = build(shop)
    [request] = shop.builder.built
    assert request.contexts == {BASE: f"docker-image://{PULLED}python:3.13-aaaaaaaaaaaa"}
    assert STAND_INS_LABEL not in image.labels
    assert shop.reporter.notes == []


def test_a_build_that_fails(shop: Shop) -> None:
    shop.builder.failures["final"] = ["gcc: error"]
    with pytest.raises(FlowError) as refused:
        build(shop)
    assert refused.value.code is ExitCode.BUILD_FAILED
    assert shop.reporter.failed == ["build delivery, stage final"]


def test_an_image_in_order() -> None:
    check_image(service(), FINE)


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        (replace(FINE, user=""), "it runs as root (no USER)"),
        (replace(FINE, user="root"), "it runs as root:"),
        (replace(FINE, user="0"), "it runs as root:"),
        (replace(FINE, user="0:10001"), "it runs as root:"),
        (replace(FINE, user="00"), "it runs as root:"),
        (replace(FINE, user="app"), "USER app is a name"),
        (replace(FINE, user="app:10001"), "USER app is a name"),
        (replace(FINE, labels={REVISION: "c"}), f"label {INPUTS_LABEL} is missing"),
        (replace(FINE, labels={INPUTS_LABEL: "a", REVISION: ""}), f"label {REVISION} is missing"),
        (replace(FINE, tags=("delivery:latest",)), "tag delivery:latest: latest says nothing"),
    ],
)
def test_an_image_that_breaks_a_convention(image: LocalImage, problem: str) -> None:
    with pytest.raises(FlowError) as refused:
        check_image(service(), image)
    assert refused.value.code is ExitCode.IMAGE_REFUSED
    [found] = refused.value.details
    assert found.startswith(problem)
    assert "services/delivery/Dockerfile" in refused.value.fix


def test_all_problems_at_once() -> None:
    with pytest.raises(FlowError) as refused:
        check_image(service(), LocalImage("sha256:1", {}, "", ("x:latest",)))
    assert len(refused.value.details) == 4


def test_the_inputs_hash_of_the_files(shop: Shop) -> None:
    first = recipe(shop.bench, shop.service).inputs
    app = shop.root / "services/shared/log.py"
    app.chmod(0o755)
    executable = recipe(shop.bench, shop.service).inputs
    app.unlink()
    app.symlink_to("elsewhere")
    linked = recipe(shop.bench, shop.service).inputs
    app.unlink()
    assert len({first, executable, linked}) == 3


def test_an_ignore_file_is_an_input_and_docker_takes_one(shop: Shop) -> None:
    hashes = [recipe(shop.bench, shop.service).inputs]
    for name in (".dockerignore", "services/delivery/Dockerfile.dockerignore", ".dockerignore"):
        shop.write({name: f"{len(hashes)}\n"})
        hashes.append(recipe(shop.bench, shop.service).inputs)
    assert len(set(hashes[:3])) == 3
    # The Dockerfile's own wins, whatever the other one says.
    assert hashes[3] == hashes[2]


def test_only_what_goes_in_is_an_input(shop: Shop) -> None:
    """A file that a pattern or the ignore file leaves out changes no hash."""
    own = "services/delivery"
    dockerfile = FILES[f"{own}/Dockerfile"].replace(f"{own}/app.py", f"{own}/*.py")
    shop.write({f"{own}/Dockerfile": dockerfile, f"{own}/Dockerfile.dockerignore": "**/*.md\n**/test_*\n"})
    before = recipe(shop.bench, shop.service)
    shop.write(
        {"services/shared/x.md": "1", f"{own}/test_app.py": "1", f"{own}/notes": "1", f"{own}/a/b.py": "1"}
    )
    assert recipe(shop.bench, shop.service).inputs == before.inputs
    shop.write({f"{own}/more.py": "1"})
    assert recipe(shop.bench, shop.service).inputs != before.inputs


def test_what_a_service_toml_names_is_an_input(shop: Shop) -> None:
    shop.reconfigure(service(inputs=("contracts/*.proto",)))
    before = recipe(shop.bench, shop.service).inputs
    shop.write({"contracts/x.md": "1"})
    assert recipe(shop.bench, shop.service).inputs == before
    shop.write({"contracts/x.proto": "1"})
    assert recipe(shop.bench, shop.service).inputs != before


def test_an_uncommitted_file_that_goes_in_nowhere_makes_no_image_dirty(shop: Shop) -> None:
    shop.commit({"services/delivery/Dockerfile.dockerignore": "**/*.md\n"})
    for path, ending in (("services/shared/x.md", ""), ("services/shared/x.py", "-dirty")):
        shop.write({path: "new"})
        made = recipe(shop.bench, shop.service)
        image = build_stage(shop.bench, shop.service, "final", made)
        assert image.labels[REVISION] == shop.source.head().sha + ending


def test_what_triggers_a_build(shop: Shop) -> None:
    assert built_from(shop.bench, shop.service) == ["services/delivery", "services/shared"]


def test_a_chart_that_the_chart_stands_on_concerns_the_service_and_no_image(shop: Shop) -> None:
    before = recipe(shop.bench, shop.service).inputs
    elsewhere = {name.replace("shared", "platform"): text for name, text in LIBRARY.items()}
    chart = "services/delivery/chart/Chart.yaml"
    shop.write({**elsewhere, chart: STANDS_ON_IT[chart].replace("shared", "platform")})
    assert {claim.place: claim.how for claim in sources(shop.bench, shop.service).listed} == {
        "services/delivery": "in its folder services/delivery",
        "services/platform/chart": "its chart depends on services/platform/chart",
        "services/shared": "its Dockerfile copies services/shared",
    }
    assert recipe(shop.bench, shop.service).inputs == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"services/delivery/Dockerfile": None}, "services/delivery/Dockerfile: No such file"),
        (
            {"services/shared/log.py": None},
            "services/delivery/Dockerfile copies what is not there: services/shared",
        ),
        ({"services/delivery/Dockerfile": "FROM a AS build\n"}, "no stage named testrunner or final"),
    ],
)
def test_a_dockerfile_that_cannot_be(shop: Shop, change: dict[str, str | None], why: str) -> None:
    shop.write(change)
    if not any((shop.root / "services/shared").iterdir()):
        (shop.root / "services/shared").rmdir()
    with pytest.raises(FlowError) as refused:
        recipe(shop.bench, shop.service)
    assert refused.value.code is ExitCode.CONFIG
    assert why in refused.value.why


def test_a_dockerfile_that_is_no_text(shop: Shop) -> None:
    (shop.root / "services/delivery/Dockerfile").write_bytes(b"FROM \xff\n")
    with pytest.raises(FlowError, match="not UTF-8") as refused:
        recipe(shop.bench, shop.service)
    assert refused.value.code is ExitCode.CONFIG
