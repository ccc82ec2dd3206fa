"""platform.lock is read as it was written, and mistakes in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.config.platform_lock import FILE, load_pins, pins_text
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest
from build_tasks.model.upstream import TARGETS, PinnedRelease, Pins

ROOT = Path(__file__).parents[3]
_PINS = Pins(
    tools={
        "kubectl": PinnedRelease("1.37.2", {target: f"{n}" * 64 for n, target in enumerate(TARGETS)}),
        "buildx": PinnedRelease("0.38.2", {TARGETS[0]: "f" * 64}),
    },
    images={"kindest/node:v1.37.0": Digest("sha256:" + "a" * 64)},
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(pins_text(_PINS))
    assert load_pins(tmp_path) == _PINS
    assert pins_text(load_pins(tmp_path)) == pins_text(_PINS)


def test_without_a_file_nothing_is_accepted(tmp_path: Path) -> None:
    assert load_pins(tmp_path) == Pins()


def test_no_pins_are_a_file_all_the_same(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(pins_text(Pins()))
    assert load_pins(tmp_path) == Pins()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[tools.kubectl]\n", "platform.lock:1: tools.kubectl.version: missing"),
        (
            '[tools.kubectl]\nversion = "new"\n',
            "platform.lock:2: tools.kubectl.version: 'new' does not match",
        ),
        (
            '[tools.x]\nversion = "1.0.0"\nlinux-amd46 = "sha256:"\n',
            "platform.lock:3: tools.x.linux-amd46: unknown key, did you mean linux-amd64?",
        ),
        (
            '[images]\n"redis:8" = "sha256:1"\n',
            "platform.lock:2: images.redis:8: 'sha256:1' does not match",
        ),
        ("[tools\n", "platform.lock:1: "),
    ],
)
def test_a_mistake_has_a_file_a_line_and_a_key(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(FlowError) as caught:
        load_pins(tmp_path)
    assert caught.value.code is ExitCode.CONFIG
    assert caught.value.details[0].startswith(problem)


def test_this_repository_s_own_file_is_what_would_be_written() -> None:
    """So that the next `platform.pin` changes nothing but pins."""
    assert pins_text(load_pins(ROOT)) == (ROOT / FILE).read_text()
