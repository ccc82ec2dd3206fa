"""Tasks on fakes: what a user types, down to the exit code and the lines of the answer."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from invoke import Collection, Program

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ExitCode
from build_tasks.model.event import Told
from build_tasks.steps.checkout import Checkout
from build_tasks.steps.workbench import Basis, Workbench
from build_tasks.tasks import all_services, application, ci, release
from build_tasks.tasks.service import service_collection
from build_tasks.tasks.session import Session
from build_tasks.wiring import Composition
from tests.unit.steps.shop import Shop


@dataclass
class FakeComposition:
    """The part of the composition root that these tasks use."""

    workbench: Workbench
    told: Told = field(default_factory=Told)
    log: CommandLog | None = None
    processes: Processes = field(default_factory=lambda: Processes(CommandLog(None)))

    @property
    def basis(self) -> Basis:
        return self.workbench

    @property
    def checkout(self) -> Checkout:
        return self.workbench.checkout

    def checkout_at(self, root: Path) -> Checkout:
        return replace(self.checkout, settings=replace(self.checkout.settings, root=root))


@dataclass(frozen=True)
class Typed:
    """What became of a command line."""

    code: ExitCode
    out: str
    err: str


Inv = Callable[[str], Typed]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    root = tmp_path / "shop"
    root.mkdir()
    return Shop(root)


@pytest.fixture
def inv(inv_in: Callable[[Told], Inv]) -> Inv:
    """Types ``inv <words>`` in the shop."""
    return inv_in(Told())


@pytest.fixture
def inv_in(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Callable[[Told], Inv]:
    """The same, where a CI system says something of an event."""

    def run(told: Told, words: str) -> Typed:
        session = Session(shop.root)
        session.composition = cast(Composition, FakeComposition(shop.bench, told))
        tree = Collection()
        tree.add_collection(service_collection(session, "delivery"))
        for module in (all_services, application, release, ci):
            tree.add_collection(module.collection(session))
        capsys.readouterr()
        ended = 0
        try:
            Program(namespace=tree, name="inv").run(["inv", *shlex.split(words)])
        except SystemExit as end:
            ended = int(end.code or 0)
        said = capsys.readouterr()
        return Typed(next(code for code in ExitCode if code == ended), said.out, said.err)

    return lambda told: partial(run, told)
