"""What git ignores and a build sees is told, and published by nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.plan import Action, Verb
from build_tasks.planning.dockerfiles.dockerfile import BUILD, FINAL
from build_tasks.planning.plans.pipeline import publication, validation
from build_tasks.steps.artifacts.image import build_stage
from build_tasks.steps.artifacts.image_labels import UNSEEN_LABEL
from build_tasks.steps.artifacts.inputs import recipe
from tests.fakes.samples import service
from tests.unit.steps.attesting import candidate
from tests.unit.steps.shop import FILES, Shop

MAIN = publication("delivery", "changed")
SECRET = "services/shared/settings_local.py"
OWN = "services/delivery"


@pytest.fixture
def ignoring(shop: Shop) -> Shop:
    """A file that git ignores lies in a folder that the Dockerfile copies."""
    shop.source.ignored.add(SECRET)
    return shop


def refused(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as error:
        shop.run(*MAIN)
    return error.value


def warnings(shop: Shop) -> list[str]:
    return [line for line in shop.reporter.warnings if "git ignores" in line]


def test_publishing_refuses_it_before_anything_is_built(ignoring: Shop) -> None:
    error = refused(ignoring)
    assert error.code is ExitCode.REFUSED
    assert error.details == (SECRET,)
    assert SECRET in error.why
    assert (
        error.fix == "leave them out of the build context (.dockerignore), or commit them (git add --force)"
    )
    assert ignoring.builder.built == []


def test_the_first_ten_are_named(shop: Shop) -> None:
    shop.source.ignored |= {f"services/shared/x{number:02}.pyc" for number in range(12)}
    error = refused(shop)
    named = [f"services/shared/x{number:02}.pyc" for number in range(10)]
    assert error.details == (*named, "... and 2 more")
    assert error.why.endswith("x00.pyc, services/shared/x01.pyc, services/shared/x02.pyc and 9 more")


def test_building_alone_warns_once(ignoring: Shop) -> None:
    ignoring.run(*validation("delivery", "changed"), Action(Verb.IMAGE, "delivery", "asked for"))
    assert len(ignoring.builder.built) == 3
    [line] = warnings(ignoring)
    assert SECRET in line and ".dockerignore" in line


@pytest.mark.parametrize("path", ["services/delivery/x.pyc", "other/x.py", "services/delivery/chart/x"])
def test_what_no_build_sees_is_no_matter(shop: Shop, path: str) -> None:
    shop.source.ignored.add(path)
    shop.run(*MAIN)
    assert warnings(shop) == []


def test_what_the_ignore_file_leaves_out_is_no_matter(ignoring: Shop) -> None:
    ignoring.commit({f"{OWN}/Dockerfile.dockerignore": "**/*_local.py\n"})
    ignoring.run(*MAIN)
    assert warnings(ignoring) == []


def test_the_ignore_file_that_counts_is_named(ignoring: Shop) -> None:
    ignoring.commit({f"{OWN}/Dockerfile.dockerignore": "docs\n"})
    assert f"({OWN}/Dockerfile.dockerignore)" in refused(ignoring).fix


@pytest.mark.parametrize("path", [f"{OWN}/Dockerfile", f"{OWN}/Dockerfile.dockerignore"])
def test_what_says_how_an_image_is_made_counts(shop: Shop, path: str) -> None:
    shop.commit({f"{OWN}/Dockerfile.dockerignore": "docs\n"})
    shop.source.ignored.add(path)
    assert refused(shop).details == (path,)


def test_an_input_that_no_build_sees_is_no_matter(shop: Shop) -> None:
    """A service.toml may name what tells when to build; it goes into no image."""
    shop.reconfigure(service(inputs=("contracts/**",)))
    shop.source.ignored.add("contracts/x.pyc")
    shop.run(*MAIN)
    assert warnings(shop) == []


def test_git_s_own_folder(shop: Shop) -> None:
    """It differs from clone to clone, and may hold a login."""
    text = FILES[f"{OWN}/Dockerfile"].replace("COPY services/shared ./shared", "COPY . .")
    shop.commit({f"{OWN}/Dockerfile": text})
    assert refused(shop).details == (".git",)
    shop.commit({f"{OWN}/Dockerfile.dockerignore": ".git\n.build\n"})
    shop.bench = replace(shop.bench, unseen={})
    shop.run(*MAIN)


def test_what_was_built_with_it_is_not_signed_for_when_it_is_gone(ignoring: Shop) -> None:
    """The image bears the right hash, and its name and provenance are there."""
    made = recipe(ignoring.bench, ignoring.service)
    build_stage(ignoring.bench, ignoring.service, FINAL, made)
    ignoring.source.ignored.discard(SECRET)
    ignoring.bench = replace(ignoring.bench, unseen={})
    ignoring.run(*MAIN)
    assert [request.target for request in ignoring.builder.built] == ["final", "build", "testrunner", "final"]


def test_where_nothing_is_built_nothing_is_asked(ignoring: Shop) -> None:
    candidate(ignoring)
    ignoring.run(*MAIN)
    assert ignoring.builder.built == [] and warnings(ignoring) == []


def test_what_was_warned_of_is_refused_when_it_is_to_be_published(ignoring: Shop) -> None:
    """One command, whose first part only builds."""
    build_stage(ignoring.bench, ignoring.service, BUILD, recipe(ignoring.bench, ignoring.service))
    assert len(warnings(ignoring)) == 1
    assert refused(ignoring).code is ExitCode.REFUSED


def test_a_pass_with_it_is_remembered_for_no_inputs(ignoring: Shop) -> None:
    """Neither while it is there, as it may change unseen, nor when it is gone; nor where another command
    built the testrunner."""
    for _ in range(2):
        ignoring.bench = replace(ignoring.bench, unseen={})
        ignoring.run(*validation("delivery", "changed"))
    assert len(ignoring.builder.environments) == 2
    ignoring.source.ignored.discard(SECRET)
    ignoring.bench = replace(ignoring.bench, unseen={})
    ignoring.run(*MAIN)
    assert len(ignoring.builder.environments) == 3
    assert UNSEEN_LABEL not in ignoring.builder.built[-1].labels, "the image that is published"
