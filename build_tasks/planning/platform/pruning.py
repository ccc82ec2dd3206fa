"""Which of the things that take up room can go."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime

from build_tasks.model.pruning import (
    BuildRecord,
    CacheEntry,
    EngineImage,
    Leftover,
    Place,
    PruneRules,
    StoredImage,
)
from build_tasks.model.version import Version

#: Images with this name were made from recipes; a repository's first part.
OWN = "build-tasks/"
#: Repositories of the registry that hold the working trees which ran in dev.
_WORKING_TREES = "dev/"
#: Tag that is made from what an image is made of.
_CANDIDATE = re.compile(r"i-[0-9a-f]{40}")
#: Tags of what is attached to an image, and of the list of it (docs/decisions/0012).
_ATTACHED = re.compile(r"sha256-([0-9a-f]{64})(?:\.[0-9a-f]+)?")


def registry_leftovers(
    images: Sequence[StoredImage], running: Collection[str], rules: PruneRules, now: datetime
) -> list[Leftover]:
    """Images of working trees, and candidates that no version uses, that are old, no longer among the newest,
    and run nowhere; with what is attached to them.

    :param running: digests of the images that any workload of any cluster names.
    """
    going: list[tuple[StoredImage, str]] = []
    for kind, repositories in (
        ("a working tree", _by_repository(images, _is_working_tree)),
        ("a candidate that no version uses", _by_repository(images, _is_candidate)),
    ):
        going += [
            (image, f"{kind}, of {_day(image.created)}, which runs nowhere")
            for repository in repositories
            for image in repository[rules.keep :]
            if _is_old(image.created, rules, now) and str(image.ref.digest) not in running
        ]
    going += _attachments_alone(images, [image for image, _ in going], rules, now)
    kept = {digest for image in images if all(image is not one for one, _ in going) for digest in image.blobs}
    found = []
    for image, reason in going:
        size = sum(size for digest, size in image.blobs.items() if digest not in kept)
        kept |= set(image.blobs)
        title = f"{image.ref.repository}:{', '.join(image.tags)}"
        found.append(Leftover(Place.REGISTRY, str(image.ref), title, size, reason))
    return found


def engine_leftovers(
    images: Sequence[EngineImage],
    *,
    used: Collection[str],
    wanted: Collection[str],
    label: str,
    rules: PruneRules,
    now: datetime,
) -> list[Leftover]:
    """Old images of ours: those that no recipe names any more, and services' beyond the newest.

    :param used: names and ids of the images that containers were made from.
    :param wanted: names that the recipes give today.
    :param label: the label that every image of a service bears.
    """
    old = [
        image
        for image in sorted(images, key=_moment, reverse=True)
        if not {image.id, *image.names} & set(used)
    ]
    going: list[tuple[EngineImage, str]] = []
    seen: dict[str, int] = {}
    for image in old:
        if label in image.labels:
            repository = _repository(image)
            seen[repository] = seen.get(repository, 0) + 1
            if repository and seen[repository] <= rules.keep:
                continue
            going.append((image, f"a service's image of {_day(image.created)}"))
        elif image.names and all(name.startswith(OWN) and name not in wanted for name in image.names):
            going.append((image, "no recipe names it any more"))
    return [
        Leftover(Place.ENGINE, name, name, image.size if first else 0, reason)
        for image, reason in going
        if _is_old(image.created, rules, now)
        for first, name in _names(image)
    ]


def build_cache_leftovers(records: Sequence[BuildRecord], rules: PruneRules, now: datetime) -> list[Leftover]:
    """What was not used for long, then the longest unused until the rest is within the limit."""
    room = sum(record.size for record in records)
    found = []
    for record in sorted(records, key=lambda record: record.last_used):
        old = _is_old(record.last_used, rules, now)
        if record.removable and (old or room > rules.cache_limit):
            room -= record.size
            reason = f"last used {_day(record.last_used)}" if old else "the build cache is over its limit"
            found.append(Leftover(Place.BUILD_CACHE, record.id, record.about, record.size, reason))
    return found


def cache_leftovers(entries: Iterable[CacheEntry], rules: PruneRules, now: datetime) -> list[Leftover]:
    """Old entries among those that nothing names."""
    reason = "no recipe names it any more"
    return [
        Leftover(Place.CACHE, str(entry.path), entry.title, entry.size, reason)
        for entry in entries
        if _is_old(entry.modified, rules, now)
    ]


def _by_repository(
    images: Iterable[StoredImage], belongs: Callable[[StoredImage], bool]
) -> list[list[StoredImage]]:
    """The images of a kind by their repositories, newest first."""
    found: dict[str, list[StoredImage]] = {}
    for image in filter(belongs, images):
        found.setdefault(image.ref.repository, []).append(image)
    return [sorted(repository, key=_moment, reverse=True) for repository in found.values()]


def _is_working_tree(image: StoredImage) -> bool:
    """It ran in dev; one that has any other tag as well is none."""
    return image.ref.repository.startswith(_WORKING_TREES) and all(map(_names_working_tree, image.tags))


def _names_working_tree(tag: str) -> bool:
    try:
        return Version.parse(tag).is_working_tree
    except ValueError:
        return False


def _is_candidate(image: StoredImage) -> bool:
    """It is found by what it is made of, and by nothing else: a version would be another tag."""
    return bool(image.tags) and all(map(_CANDIDATE.fullmatch, image.tags))


def _attachments_alone(
    images: Sequence[StoredImage], going: Sequence[StoredImage], rules: PruneRules, now: datetime
) -> Iterator[tuple[StoredImage, str]]:
    """What is attached to images that go, or that went: tags replace each other."""
    gone = {(image.ref.repository, _hex(image)) for image in going}
    there = {(image.ref.repository, _hex(image)) for image in images} - gone
    for image in images:
        subjects = {
            (image.ref.repository, match[1]) for match in map(_ATTACHED.fullmatch, image.tags) if match
        }
        if len(subjects) != 1 or not all(map(_ATTACHED.fullmatch, image.tags)) or subjects & there:
            continue
        if subjects <= gone or _is_old(image.created, rules, now):
            yield image, "attached to an image that goes or went"


def _hex(image: StoredImage) -> str:
    return str(image.ref.digest).removeprefix("sha256:")


def _moment(image: StoredImage | EngineImage) -> float:
    """When it was built, in seconds since 1970; 0 if it does not say."""
    return image.created.timestamp() if image.created else 0


def _is_old(when: datetime | None, rules: PruneRules, now: datetime) -> bool:
    """What does not tell its age stays."""
    return when is not None and now - when > rules.older_than


def _repository(image: EngineImage) -> str:
    """The name without its tag that tells service and stage; empty for an image without a name."""
    named = [name.rpartition(":")[0] for name in image.names]
    return min(named, key=lambda name: (":" in name, name), default="")


def _names(image: EngineImage) -> Iterator[tuple[bool, str]]:
    """What to remove of an image: all of its names; whether it is the first, which counts its size."""
    return ((number == 0, name) for number, name in enumerate(image.names or (image.id,)))


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else "an unknown day"
