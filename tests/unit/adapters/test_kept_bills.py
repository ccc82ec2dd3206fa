"""An image is listed once on a machine, by the same program."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.kept_documents import KeptDocuments
from build_tasks.adapters.scanning.kept_bills import KeptBills
from build_tasks.errors import FlowError
from tests.fakes.scanning import FakeBills

ID, NAME = "sha256:1", "shop/delivery-final:in-1"
SYFT = ("/cache/tools/syft/1/bin/syft", "check-for-app-update: false")


class Listed:
    """A machine with its cache."""

    def __init__(self, cache: Path) -> None:
        self.cache, self.bills = cache, FakeBills()

    def of(
        self, image: str = ID, name: str = NAME, *, with_: tuple[str, str] = SYFT, anew: bool = False
    ) -> bytes:
        kept = KeptDocuments(ContentStore(self.cache), "bom.cdx.json")
        return KeptBills(self.bills, kept, with_).of(image, name, anew=anew)


@pytest.fixture
def listed(tmp_path: Path) -> Listed:
    return Listed(tmp_path / "bills")


def test_the_same_image_is_listed_once(listed: Listed) -> None:
    assert listed.of() == listed.of() == listed.bills.document
    assert listed.bills.asked == [ID]


def test_another_image_under_the_same_name(listed: Listed) -> None:
    listed.of()
    listed.of("sha256:2")
    assert listed.bills.asked == [ID, "sha256:2"]


def test_another_name_of_the_same_image(listed: Listed) -> None:
    """The bill says what it is of."""
    listed.of()
    listed.of(name="other:in-1")
    assert listed.bills.asked == [ID, ID]


@pytest.mark.parametrize("with_", [("/cache/tools/syft/2/bin/syft", SYFT[1]), (SYFT[0], "file: {}")])
def test_another_program_or_other_settings(listed: Listed, with_: tuple[str, str]) -> None:
    listed.of()
    listed.of(with_=with_)
    assert len(listed.bills.asked) == 2


def test_anew_is_anew_and_kept(listed: Listed) -> None:
    listed.of()
    listed.bills.document = b"{}"
    assert listed.of() != b"{}"
    assert listed.of(anew=True) == listed.of() == b"{}"
    assert len(listed.bills.asked) == 2


def test_nothing_is_kept_of_a_failure(listed: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(image: str, name: str, *, anew: bool = False) -> bytes:
        raise FlowError("list what is in an image", "no room")

    with monkeypatch.context() as patch, pytest.raises(FlowError):
        patch.setattr(listed.bills, "of", fails)
        listed.of()
    assert listed.of() == listed.bills.document


def test_what_is_kept_can_be_thrown_away(listed: Listed) -> None:
    listed.of()
    [entry] = ContentStore(listed.cache).entries()
    assert [file.name for file in entry.iterdir()] == ["bom.cdx.json"]
    ContentStore(listed.cache).remove(entry.parent.name, entry.name)
    listed.of()
    assert len(listed.bills.asked) == 2
