"""The platform's own images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from build_tasks.model.data_stores import STORES
from build_tasks.model.platform import NodeImage, PlatformImages, PodNetwork, Toolbox
from build_tasks.model.upstream import PULLED, Upstream
from build_tasks.steps.platform.base_images import DerivedImages
from build_tasks.steps.platform.upstream_images import OwnImage, UpstreamImages

#: Recipe of a program that an image holds; what is not named here is made from Debian packages alone.
NODE, REGISTRY = "node", "registry"


@dataclass(frozen=True)
class ImageRecipes:
    """How the platform's own images are made, where publishers' are not used.

    :param node: makes the node image, plain or with NetworkPolicies.
    :param derived: makes the others.
    :param programs: what goes into an image, by its name: the programs that it is made from.
    """

    node: Callable[[Toolbox], NodeImage]
    derived: DerivedImages
    programs: Mapping[str, Sequence[str]]


class ProvideImages:
    """Makes sure of the images that the platform runs, in the engine.

    :param making: the recipes, on the engine; None where nothing can be made (then publishers' images only).
    :param naming: the same recipes on an engine that is taken to have everything: they only name.
    :param provide: brings programs.
    :param at_hand: gives programs without bringing any; None if one is missing.
    """

    def __init__(
        self,
        upstream: Upstream,
        pulled: UpstreamImages,
        making: ImageRecipes | None,
        naming: ImageRecipes | None,
        provide: Callable[[Sequence[str]], Toolbox],
        at_hand: Callable[[Sequence[str]], Toolbox | None],
    ) -> None:
        self._upstream = upstream
        self._pulled = pulled
        self._making = making
        self._naming = naming
        self._provide = provide
        self._at_hand = at_hand

    def __call__(self) -> PlatformImages:
        """Every image; pulls or makes those that the engine does not have.

        :raises FlowError: when there is no way to one.
        """
        return self._all(self._pulled.choose)

    def names(self) -> PlatformImages:
        """Their names; pulls and makes none. See :meth:`UpstreamImages.foresee`."""
        return self._all(self._pulled.foresee)

    def needed_programs(self) -> frozenset[str]:
        """Programs for images that no publisher's are accepted for, and that therefore will be made."""
        if self._making is None:
            return frozenset()
        made = [n for n in self._making.programs if self._pulled.name(self._upstream.images[n]) is None]
        return frozenset(program for name in made for program in self._making.programs[name])

    def _all(self, decide: Callable[[str, OwnImage | None], str]) -> PlatformImages:
        references = self._upstream.images
        return PlatformImages(
            registry=decide(references[REGISTRY], self._own(REGISTRY, _registry)),
            stores={s.kind: decide(references[s.kind], self._own(s.kind, _store(s.kind))) for s in STORES},
            node=self._node(decide),
        )

    def _node(self, decide: Callable[[str, OwnImage | None], str]) -> NodeImage:
        reference = self._upstream.images[NODE]
        name = decide(reference, self._own(NODE, lambda recipes, tools, _: recipes.node(tools).image))
        if name.startswith(PULLED):
            return NodeImage(name, self._upstream.locate(reference).tag, "", "", PodNetwork.KINDNET)
        assert self._naming is not None
        return self._naming.node(self._tools(self._naming.programs[NODE]))

    def _tools(self, programs: Sequence[str]) -> Toolbox:
        return self._at_hand(programs) or self._provide(programs)

    def _own(self, name: str, build: _Build) -> OwnImage | None:
        making, naming = self._making, self._naming
        if making is None or naming is None:
            return None

        def named() -> str | None:
            tools = self._at_hand(naming.programs.get(name, ()))
            return build(naming, tools, "") if tools else None

        def make(reason: str) -> str:
            reason = f"the engine does not have it, and {reason}"
            return build(making, self._tools(making.programs.get(name, ())), reason)

        return OwnImage(named, make)


_Build = Callable[[ImageRecipes, Toolbox, str], str]


def _registry(recipes: ImageRecipes, tools: Toolbox, reason: str) -> str:
    programs = {REGISTRY: tools[REGISTRY].parent}
    return recipes.derived(REGISTRY, "build-tasks/registry:3", reason, programs)


def _store(kind: str) -> _Build:
    def build(recipes: ImageRecipes, _tools: Toolbox, reason: str) -> str:
        return recipes.derived(kind, f"build-tasks/{kind}:trixie", reason)

    return build
