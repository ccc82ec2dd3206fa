"""`platform.pin`: what publishers offer today, by hash, into `platform.lock`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest
from build_tasks.model.platform import ToolRecipe
from build_tasks.model.upstream import (
    TARGETS,
    PinnedRelease,
    PinNews,
    Pins,
    PinState,
    Release,
    Target,
    Upstream,
)
from build_tasks.planning.platform.checksums import published_sha256
from build_tasks.ports.artifacts import Registry
from build_tasks.ports.reporting import Reporter
from build_tasks.ports.upstream import Downloads

_WHAT = "pin what publishers offer"


@dataclass(frozen=True)
class PinParts:
    """What pinning works with.

    :param recipes: they say which versions are wanted.
    :param references: images, as Dockerfiles say them.
    :param registry: gives what asks registries, when it is needed, under pins for the programs it takes.
    :param save: writes ``platform.lock``.
    """

    upstream: Upstream
    recipes: Mapping[str, ToolRecipe]
    references: Sequence[str]
    downloads: Downloads
    registry: Callable[[Pins], Registry]
    save: Callable[[Pins], None]
    reporter: Reporter


def pin(parts: PinParts, before: Pins, *, replaced: bool = False) -> list[PinNews]:
    """Read publishers' checksum files and the digests that registries give, and save them.

    What cannot be read keeps the pin it had, if that is of the same version. May be ended and run again.

    :param before: what is pinned now.
    :param replaced: accept that a file which is pinned was replaced by another of the same version.
    :raises FlowError: CONFLICT when such a file was replaced; then nothing is saved.
    """
    news: list[PinNews] = []
    tools = {r.program: _release(parts, r, before, news) for r in parts.upstream.releases.values()}
    found = replace(before, tools={program: pinned for program, pinned in tools.items() if pinned})
    if not replaced:
        _refuse_replaced(before, found)
    parts.save(found)
    images = _images(parts, found, before, news)
    news += _gone(before, found.tools, images)
    parts.save(replace(found, images=images))
    return news


def failure(news: Sequence[PinNews]) -> FlowError | None:
    """The error to end with when something could not be read."""
    unread = [one for one in news if one.state is PinState.UNREAD]
    if not unread:
        return None
    return FlowError(
        _WHAT,
        f"{len(unread)} of {len(news)} could not be read; what could is in platform.lock",
        "run it again where those sites can be reached",
        code=ExitCode.UNAVAILABLE,
        details=[f"{one.what}: {one.about}" for one in unread],
    )


def _release(parts: PinParts, release: Release, before: Pins, news: list[PinNews]) -> PinnedRelease | None:
    """The pin of a program, and the news about it."""
    version = parts.recipes[release.recipe].version
    old = before.tools.get(release.program)
    kept = old if old and old.version == version else None
    targets = [target for target in TARGETS if target.system in release.systems]
    try:
        with parts.reporter.step(f"pin {release.program} {version}", "as its publisher's checksums say"):
            new = PinnedRelease(version, dict(_files(parts.downloads, release, version, targets)))
    except FlowError as error:
        if error.code is not ExitCode.UNAVAILABLE:
            raise
        news.append(PinNews(release.program, version, PinState.UNREAD, error.why))
        return kept
    about = ", ".join(map(str, targets))
    news.append(PinNews(release.program, version, _state(old, new), about))
    return new


def _files(
    downloads: Downloads, release: Release, version: str, targets: Sequence[Target]
) -> Iterator[tuple[Target, str]]:
    texts: dict[str, str] = {}
    for target in targets:
        where = release.checksums_url(version, target)
        if where not in texts:
            texts[where] = downloads.text(where)
        file = release.url(version, target).rpartition("/")[2]
        try:
            yield target, published_sha256(texts[where], file)
        except ValueError as error:
            fix = "see in a browser what it says; recipes/upstream.toml names it"
            raise FlowError(f"read {where}", str(error), fix, code=ExitCode.UNAVAILABLE) from None


def _images(parts: PinParts, pins: Pins, before: Pins, news: list[PinNews]) -> Mapping[str, Digest]:
    found: dict[str, Digest] = {}
    references = list(dict.fromkeys(parts.references))
    try:
        registry = parts.registry(pins)
    except FlowError as error:
        news += [PinNews(reference, "", PinState.UNREAD, error.why) for reference in references]
        return {r: digest for r, digest in before.images.items() if r in references}
    for reference in references:
        old = before.images.get(reference)
        digest, why = _digest(parts, registry, reference)
        if digest is None:
            news.append(PinNews(reference, "", PinState.UNREAD, why))
        else:
            news.append(PinNews(reference, "", _state(old, digest), str(digest)))
        kept = digest or old
        if kept is not None:
            found[reference] = kept
    return found


def _digest(parts: PinParts, registry: Registry, reference: str) -> tuple[Digest | None, str]:
    """What a registry says that a tag stands for, or why it does not."""
    where = parts.upstream.locate(reference)
    try:
        with parts.reporter.step(f"pin {reference}", f"as {where.registry} says"):
            digest = registry.digest(where)
    except FlowError as error:
        return None, error.why
    return digest, f"{where.registry} has no such image"


def _state(old: object, new: object) -> PinState:
    return PinState.NEW if old is None else PinState.SAME if old == new else PinState.CHANGED


def _gone(before: Pins, tools: Mapping[str, object], images: Mapping[str, object]) -> Iterator[PinNews]:
    old: dict[str, Mapping[str, object]] = {"tool": before.tools, "image": before.images}
    for kind, now in (("tool", tools), ("image", images)):
        yield from (PinNews(name, "", PinState.GONE, kind) for name in old[kind] if name not in now)


def _refuse_replaced(before: Pins, found: Pins) -> None:
    other = [
        f"{program} {new.version} for {target}: sha256:{old.files[target]} before, sha256:{sha256} now"
        for program, new in found.tools.items()
        if (old := before.tools.get(program)) and old.version == new.version
        for target, sha256 in new.files.items()
        if old.files.get(target, sha256) != sha256
    ]
    if other:
        raise FlowError(
            _WHAT,
            "a publisher has other files under the same version than those that are pinned",
            "find out why: a release is not changed once it is out; then `--replace` accepts them",
            code=ExitCode.CONFLICT,
            details=other,
        )
