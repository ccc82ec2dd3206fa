"""What can go, and above all what stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from build_tasks.model.images import Digest, Ref
from build_tasks.model.pruning import (
    BuildRecord,
    CacheEntry,
    EngineImage,
    Leftover,
    PruneRules,
    StoredImage,
)
from build_tasks.planning.platform.ages import parse_age
from build_tasks.planning.platform.pruning import (
    build_cache_leftovers,
    cache_leftovers,
    engine_leftovers,
    registry_leftovers,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RULES = PruneRules(timedelta(days=7), keep=1, cache_limit=100)
LABEL = "inputs"


def digest(number: int) -> Digest:
    return Digest(f"sha256:{number:064x}")


def stored(number: int, days: int | None, *tags: str, repository: str = "dev/delivery") -> StoredImage:
    """An image of ten bytes of its own and a hundred that all images share."""
    blobs = {str(digest(number)): 10, "shared": 100}
    created = None if days is None else NOW - timedelta(days=days)
    ref = Ref("localhost:5001", repository, digest=digest(number))
    return StoredImage(ref, tags or (f"v0.0.0-dev.i{number:012x}",), created, blobs)


def titles(leftovers: list[Leftover]) -> list[str]:
    return [leftover.name for leftover in leftovers]


def going(images: list[StoredImage], running: set[str] | None = None) -> list[int]:
    """Numbers of the images that would go."""
    found = registry_leftovers(images, running or set(), RULES, NOW)
    return [int(name.rpartition(":")[2], 16) for name in titles(found)]


def test_old_working_trees_go_but_for_the_newest() -> None:
    assert going([stored(1, 30), stored(2, 20), stored(3, 10)]) == [2, 1]


def test_each_service_keeps_its_own_newest() -> None:
    assert going([stored(1, 30), stored(2, 20, repository="dev/package")]) == []


def test_what_runs_anywhere_stays() -> None:
    images = [stored(1, 30), stored(2, 20), stored(3, 10)]
    assert going(images, {str(digest(1))}) == [2]


def test_what_is_young_or_does_not_tell_its_age_stays() -> None:
    assert going([stored(1, 3), stored(2, 2), stored(3, None)]) == []


@pytest.mark.parametrize("repository", ["delivery", "prod/delivery", "infra/redis", "devices/delivery"])
def test_releases_and_the_platform_s_own_are_not_looked_at(repository: str) -> None:
    assert going([stored(number, 30, repository=repository) for number in (1, 2, 3)]) == []


def candidate(number: int, days: int | None, *tags: str, repository: str = "delivery") -> StoredImage:
    """Found by what it is made of; and by other tags, if any."""
    return stored(number, days, f"i-{number:040x}", *tags, repository=repository)


def attached(number: int, subject: int, days: int | None, *, repository: str = "delivery") -> StoredImage:
    """Something that is attached to an image."""
    return stored(number, days, f"sha256-{subject:064x}.{number:040x}", repository=repository)


def listed(number: int, subject: int, days: int | None, *, repository: str = "delivery") -> StoredImage:
    """The list of what is attached to an image."""
    return stored(number, days, f"sha256-{subject:064x}", repository=repository)


def test_old_candidates_go_but_for_the_newest() -> None:
    assert going([candidate(1, 30), candidate(2, 20), candidate(3, 10)]) == [2, 1]
    assert going([candidate(1, 30), candidate(2, 20, repository="package")]) == []
    assert going([candidate(1, 3), candidate(2, 2), candidate(3, None)]) == []


def test_a_candidate_that_a_version_uses_stays() -> None:
    images = [candidate(1, 30, "v1.0.2"), candidate(2, 20, "keep"), candidate(3, 20), candidate(4, 10)]
    assert going(images) == [3]


def test_a_candidate_that_runs_anywhere_stays() -> None:
    images = [candidate(1, 30), candidate(2, 20), candidate(3, 10)]
    assert going(images, {str(digest(1))}) == [2]


@pytest.mark.parametrize(
    "tag", ["i-12", "i-" + "A" * 40, "i-" + "a" * 41, "x-" + "a" * 40, "cache", "v1.0.2"]
)
def test_what_only_looks_like_a_candidate_stays(tag: str) -> None:
    assert going([stored(number, 30, tag, repository="delivery") for number in (1, 2, 3)]) == []


def test_evidence_goes_with_its_image_and_not_before() -> None:
    """However young it is: an old image may have been scanned again today."""
    images = [candidate(1, 30), attached(11, 1, 1), listed(12, 1, 1)]
    assert going(images) == []
    others = [candidate(2, 10), attached(21, 2, 30), listed(22, 2, 30)]
    assert going([*images, *others]) == [1, 11, 12]


def test_evidence_of_an_image_that_another_one_replaced_goes_when_it_is_old() -> None:
    """A candidate's tag moved on; nothing names the image before any more."""
    alone = [attached(11, 9, 30), listed(12, 9, 30), attached(13, 8, 2), attached(14, 7, None)]
    assert going([candidate(1, 10), *alone]) == [11, 12]


def test_evidence_of_the_same_image_elsewhere_stays() -> None:
    """prod/ holds a copy of the image, and of what is attached to it."""
    prod = [
        stored(1, 30, "v1.0.2", repository="prod/delivery"),
        attached(11, 1, 30, repository="prod/delivery"),
        listed(12, 1, 30, repository="prod/delivery"),
    ]
    assert going([*prod, candidate(1, 30), attached(11, 1, 30), candidate(2, 10)]) == [1, 11]


def test_an_image_with_another_tag_is_no_working_tree() -> None:
    images = [stored(1, 30, "v0.0.0-dev.i000000000001", "v1.0.2"), stored(2, 20), stored(3, 20, "latest")]
    assert going(images) == []


def test_the_size_is_what_nothing_else_uses() -> None:
    images = [stored(1, 30), stored(2, 20), stored(3, 10)]
    assert [one.size for one in registry_leftovers(images, set(), RULES, NOW)] == [10, 10]
    alone = PruneRules(RULES.older_than, 0, 0)
    assert [one.size for one in registry_leftovers(images, set(), alone, NOW)] == [110, 10, 10]


def image(number: int, days: int | None, *names: str, labels: dict[str, str] | None = None) -> EngineImage:
    created = None if days is None else NOW - timedelta(days=days)
    return EngineImage(f"sha256:{number}", names, labels or {}, created, 10)


def of_engine(*images: EngineImage, used: tuple[str, ...] = (), wanted: tuple[str, ...] = ()) -> list[str]:
    return titles(engine_leftovers(images, used=used, wanted=wanted, label=LABEL, rules=RULES, now=NOW))


def test_images_of_others_stay() -> None:
    strangers = [image(1, 99, "postgres:17"), image(2, 99), image(3, 99, "build-tasks/x:1", "mine:1")]
    assert of_engine(*strangers) == []


def test_an_image_that_does_not_tell_its_age_stays() -> None:
    assert of_engine(image(1, None, "build-tasks/node:1"), image(2, 99, "build-tasks/node:2")) == [
        "build-tasks/node:2"
    ]


def test_recipes_keep_their_images_and_containers_theirs() -> None:
    images = [image(n, 99, f"build-tasks/node:{n}") for n in (1, 2, 3)]
    assert of_engine(*images, used=("build-tasks/node:1",), wanted=("build-tasks/node:2",)) == [
        "build-tasks/node:3"
    ]


def test_a_services_newest_image_of_each_stage_stays() -> None:
    labels = {LABEL: "x"}
    images = [
        image(1, 30, "shop/delivery-final:in-1", "localhost:5001/dev/delivery:v0.0.0-dev.i1", labels=labels),
        image(2, 20, "localhost:5001/dev/delivery:v0.0.0-dev.i2", "shop/delivery-final:in-2", labels=labels),
        image(3, 99, "shop/delivery-build:in-1", labels=labels),
        image(4, 8, labels=labels),
        image(5, 1, labels=labels),
    ]
    assert of_engine(*images) == [
        "sha256:4",
        "shop/delivery-final:in-1",
        "localhost:5001/dev/delivery:v0.0.0-dev.i1",
    ]


def test_the_build_cache_loses_what_is_old_then_what_is_too_much() -> None:
    def record(name: str, days: int, size: int, removable: bool = True) -> BuildRecord:
        return BuildRecord(name, name, size, NOW - timedelta(days=days), removable)

    records = [
        record("new", 1, 60),
        record("newer", 2, 60),
        record("old", 8, 60),
        record("base", 99, 40, False),
    ]
    assert titles(build_cache_leftovers(records, RULES, NOW)) == ["old", "newer"]
    assert titles(build_cache_leftovers(records[:1], RULES, NOW)) == []


def test_cache_entries_go_when_they_are_old() -> None:
    entries = [CacheEntry(Path(f"/c/tools/kind/{d}"), 5, NOW - timedelta(days=d)) for d in (1, 9)]
    assert titles(cache_leftovers(entries, RULES, NOW)) == ["/c/tools/kind/9"]


@pytest.mark.parametrize(("text", "hours"), [("12h", 12), ("7d", 168), ("2w", 336), ("0d", 0)])
def test_ages(text: str, hours: int) -> None:
    assert parse_age(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "7", "d", "7 d", "-1d", "7days", "1.5d", "9999999d"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="like 12h, 7d or 2w"):
        parse_age(text)
