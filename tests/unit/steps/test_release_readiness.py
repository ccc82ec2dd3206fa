"""A release is cut only from what main's pipeline let through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.proofs import OF_CANDIDATES, Content, EvidenceKind, MadeFrom, TestsRun
from build_tasks.planning.plans.pipeline import publication
from build_tasks.steps.release.cut import cut
from tests.fakes.samples import v
from tests.unit.steps.attesting import attest, candidate, contents
from tests.unit.steps.shop import FILES, SIGNERS, STANDS_ON_IT, Shop

TITLE = "see what main's pipeline made of "


@pytest.fixture(autouse=True)
def strict(shop: Shop) -> None:
    """As the settings have it by default."""
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, require_candidate=True))


def make(shop: Shop) -> None:
    cut(shop.bench, shop.service, v("1.0.2"), None, push=True)


def refused(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as error:
        make(shop)
    assert error.value.code is ExitCode.REFUSED
    assert list(shop.origin.refs) == ["refs/heads/main"], "something is half done"
    assert list(shop.source.tags("*")) == []
    return error.value


def test_a_commit_that_main_s_pipeline_let_through(shop: Shop) -> None:
    candidate(shop)
    make(shop)
    assert "refs/heads/release/delivery/v1.0.2" in shop.origin.refs


def test_a_commit_that_it_has_not_come_to_yet(shop: Shop) -> None:
    error = refused(shop)
    assert error.what == "cut delivery v1.0.2"
    assert error.why == f"main's pipeline did not pass for delivery at {shop.source.head().sha[:12]} first"
    [problem] = error.details
    assert problem.startswith("there is no candidate localhost:5001/delivery:i-")
    assert "require_candidate = false" in error.fix


@pytest.mark.parametrize("kind", sorted(OF_CANDIDATES))
def test_a_piece_of_evidence_that_is_missing(shop: Shop, kind: EvidenceKind) -> None:
    candidate(shop, {k: piece for k, piece in contents(shop).items() if k is not kind})
    assert refused(shop).details == (f"{kind.words}: missing",)


def test_tests_that_failed(shop: Shop) -> None:
    pieces = contents(shop)
    passed = pieces[EvidenceKind.TESTS]
    assert isinstance(passed, TestsRun)
    candidate(shop, {**pieces, EvidenceKind.TESTS: replace(passed, failed=1)})
    assert refused(shop).details == ("test results: 1 failed",)


def test_evidence_by_a_builder_that_main_does_not_name(shop: Shop) -> None:
    candidate(shop, key=shop.keys["stranger"])
    assert all("signed by no accepted builder" in line for line in refused(shop).details)


def test_who_builds_is_what_main_says_now(shop: Shop) -> None:
    candidate(shop)
    shop.commit({SIGNERS: shop.signers(cutter="git", builder="git")})
    shop.publish()
    assert "signed by no accepted builder" in refused(shop).details[0]


def test_a_candidate_of_an_earlier_commit_counts_for_the_same_inputs(shop: Shop) -> None:
    candidate(shop)
    shop.commit({"README.md": "changed\n"}, "docs: say more")
    shop.publish()
    make(shop)
    assert f"{TITLE}{shop.source.head().sha[:12]}" in shop.reporter.done


def test_a_later_change_of_what_goes_in_needs_a_candidate_of_its_own(shop: Shop) -> None:
    candidate(shop)
    shop.commit({"services/shared/log.py": "changed\n"}, "feat: x")
    shop.publish()
    assert "there is no candidate" in refused(shop).details[0]


# Charts: no image is made of them, so the image's inputs say nothing of them.

VALUES = "services/delivery/chart/values.yaml"
LIBRARY = "charts/microservice/values.yaml"
ON_A_LIBRARY = {
    "services/delivery/chart/Chart.yaml": STANDS_ON_IT["services/delivery/chart/Chart.yaml"].replace(
        "../../shared/chart", "../../../charts/microservice"
    ),
    "charts/microservice/Chart.yaml": "name: microservice\nversion: 1.0.0\n",
    LIBRARY: "{}\n",
}


def on_main(shop: Shop, files: Mapping[str, str]) -> None:
    """A change arrives on main, and its pipeline has not looked at it yet."""
    shop.commit(files, "feat: a change")
    shop.publish()


def pipeline(shop: Shop) -> None:
    shop.run(*publication("delivery", "changed"))


@pytest.mark.parametrize(
    "files",
    [
        {VALUES: "image: {pullPolicy: Always}\n"},
        {"services/delivery/chart/templates/new.yaml": "{}\n"},
        {"services/delivery/service.toml": 'kind = "worker"\n'},
        ON_A_LIBRARY,
    ],
)
def test_a_chart_that_main_s_pipeline_has_not_let_through(shop: Shop, files: Mapping[str, str]) -> None:
    """The images are those of before, and so is their candidate."""
    pipeline(shop)
    on_main(shop, files)
    [problem] = refused(shop).details
    assert problem.startswith("chart: no accepted builder says that it passed as it is there")
    pipeline(shop)
    assert len(shop.builder.pushed) == 1, "nothing is built for a chart"
    make(shop)


def test_a_change_of_a_chart_that_others_stand_on(shop: Shop) -> None:
    on_main(shop, ON_A_LIBRARY)
    pipeline(shop)
    on_main(shop, {LIBRARY: "replicas: 3\n"})
    assert refused(shop).details[0].startswith("chart: ")


def test_a_chart_that_failed_is_not_let_through_by_the_next_commit(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which changes something else, so that its own pipeline has nothing to do for the service."""

    def broken(*_: object) -> None:
        raise FlowError("lint", "it does not", code=ExitCode.CHART_REFUSED)

    pipeline(shop)
    on_main(shop, {VALUES: "image: {pullPolicy: Always}\n"})
    with monkeypatch.context() as patch:
        patch.setattr(shop.charts, "lint", broken)
        with pytest.raises(FlowError):
            pipeline(shop)
    on_main(shop, {"README.md": "more\n"})
    assert refused(shop).details[0].startswith("chart: ")


def test_a_chart_that_comes_back_was_let_through_before(shop: Shop) -> None:
    pipeline(shop)
    on_main(shop, {VALUES: "image: {pullPolicy: Always}\n"})
    pipeline(shop)
    on_main(shop, {VALUES: FILES[VALUES]})
    make(shop)


def test_what_is_said_of_a_chart_is_said_by_an_accepted_builder(shop: Shop) -> None:
    pieces = contents(shop)
    image = candidate(shop, {**pieces, EvidenceKind.INPUTS: without_chart(pieces)})
    attest(shop, image, {EvidenceKind.INPUTS: pieces[EvidenceKind.INPUTS]}, key=shop.keys["stranger"])
    assert refused(shop).details[0].startswith("chart: ")


def test_a_candidate_of_before_is_told_of_its_chart_by_the_next_run(shop: Shop) -> None:
    pieces = contents(shop)
    candidate(shop, {**pieces, EvidenceKind.INPUTS: without_chart(pieces)})
    assert refused(shop).details[0].startswith("chart: ")
    pipeline(shop)
    assert shop.builder.pushed == {}
    make(shop)


def without_chart(pieces: Mapping[EvidenceKind, Content]) -> MadeFrom:
    made = pieces[EvidenceKind.INPUTS]
    assert isinstance(made, MadeFrom)
    return replace(made, chart="")


@pytest.mark.parametrize(
    "file", [VALUES, "services/delivery/service.toml", "platform.lock", "pyproject.toml"]
)
def test_another_commit_checked_out_with_another_chart_or_settings(shop: Shop, file: str) -> None:
    candidate(shop)
    shop.commit({file: "# not on main\n"})
    error = refused(shop)
    assert error.why == "what is checked out differs from it in what delivery is made of"
    assert error.details == (file,)


def test_another_commit_checked_out_will_do_if_it_has_the_same_inputs(shop: Shop) -> None:
    candidate(shop)
    shop.commit({"README.md": "not on main\n"})
    make(shop)


def test_another_commit_checked_out_with_other_inputs(shop: Shop) -> None:
    """What its files are made into says nothing about main."""
    candidate(shop)
    shop.commit({"services/delivery/app.py": "not on main\n"})
    error = refused(shop)
    assert error.why == "what is checked out differs from it in what delivery is made of"
    assert error.details == ("services/delivery/app.py",)
    assert "git checkout main && git pull" in error.fix


def test_a_cut_that_was_interrupted_goes_on_whatever_main_says_now(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    candidate(shop)
    with monkeypatch.context() as patch:
        patch.setattr(shop.source, "push", killed)
        with pytest.raises(KeyboardInterrupt):
            make(shop)
    tip = shop.source.head().sha
    shop.commit({"services/delivery/app.py": "later\n"})
    shop.publish()
    make(shop)
    assert shop.origin.refs["refs/heads/release/delivery/v1.0.2"] == tip


def test_where_there_is_no_such_pipeline_nothing_is_asked(shop: Shop) -> None:
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, require_candidate=False))
    make(shop)
    title = f"{TITLE}{shop.source.head().sha[:12]}"
    assert shop.reporter.skipped[title] == "release.require_candidate is off"


def test_a_registry_that_does_not_answer(shop: Shop) -> None:
    shop.registry.down.add(shop.bench.settings.registry)
    with pytest.raises(FlowError) as error:
        make(shop)
    assert error.value.code is ExitCode.UNAVAILABLE
