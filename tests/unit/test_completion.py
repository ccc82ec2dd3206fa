"""What a word may become, and when what was kept still counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.completion import ABSENT, Offers, answered, completions, file_of, kept, state, text

OFFERS: Offers = {
    "": {"--help": False, "--list": False, "--list-depth": True, "-l": False},
    "delivery.logs": {"--env": True, "--follow": False, "--tail": True},
    "delivery.test": {"--filter": True, "--force": False},
    "package.test": {"--force": False},
}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (["./inv"], ["delivery.logs", "delivery.test", "package.test"]),
        (["./inv", ""], ["delivery.logs", "delivery.test", "package.test"]),
        (["./inv", "deli"], ["delivery.logs", "delivery.test"]),
        (["./inv", "nothing.of"], []),
        (["../other/inv", "--li"], ["--list", "--list-depth"]),
        (["inv", "-"], ["--help", "--list", "--list-depth", "-l"]),
        (["inv", "--help", "pack"], ["package.test"]),
        (["inv", "delivery.logs", "--f"], ["--follow"]),
        (["inv", "delivery.logs", "--follow", "pack"], ["package.test"]),
        (["inv", "delivery.logs", "--env", ""], []),
        (["inv", "delivery.logs", "--env", "delivery.test", "--"], ["--env", "--follow", "--tail"]),
        (["inv", "delivery.logs", "--env", "=", ""], []),
        (["inv", "delivery.logs", "--env", "="], []),
        (["inv", "delivery.logs", "--env", "=", "qa", "--t"], ["--tail"]),
        (["inv", "delivery.logs", "--list-depth", ""], []),
        (["inv", "delivery.test", "package.test", "--f"], ["--force"]),
        ([], ["delivery.logs", "delivery.test", "package.test"]),
    ],
)
def test_a_word_becomes_a_task_or_a_flag_of_the_one_before_it(typed: list[str], found: list[str]) -> None:
    assert completions(OFFERS, typed) == found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".build").mkdir()
    (tmp_path / "tasks.py").write_text("one = 1")
    return tmp_path


def keep(root: Path) -> str:
    made_from = [root / "tasks.py", root / "invoke.yaml"]
    file = file_of(str(root))
    Path(file).write_text(text({str(path): state(str(path)) for path in made_from}, OFFERS))
    return file


def test_what_was_kept_is_read_as_it_was(root: Path) -> None:
    assert kept(keep(root)) == OFFERS


def test_nothing_counts_once_something_it_was_made_from_has_changed(root: Path) -> None:
    file = keep(root)
    (root / "tasks.py").write_text("other = 2")
    assert kept(file) is None
    assert kept(keep(root)) == OFFERS
    (root / "invoke.yaml").write_text("")
    assert state(str(root / "invoke.yaml")) != ABSENT
    assert kept(file) is None


def test_settings_of_invoke_in_the_environment_may_rename_tasks(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = keep(root)
    monkeypatch.setenv("INVOKE_TASKS_AUTO_DASH_NAMES", "0")
    assert kept(file) is None


@pytest.mark.parametrize(
    "damaged",
    ["", "another form\n", "offers of build-tasks, form 1\nno end", "offers of build-tasks, form 1\nx\n\n"],
)
def test_a_damaged_file_answers_nothing(root: Path, damaged: str) -> None:
    Path(file_of(str(root))).write_text(damaged)
    assert kept(file_of(str(root))) is None


def test_only_a_shell_is_answered(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root)
    asked = ["--search-root", str(root), "--complete", "--", "./inv", "deli"]
    assert answered(asked)
    assert capsys.readouterr().out.split() == ["delivery.logs", "delivery.test"]
    others = (["--search-root", str(root), "--list"], asked[2:], [*asked[:2], "-c", "other", *asked[2:]])
    assert not any(map(answered, others))
    assert not answered([*asked[:1], str(root / "elsewhere"), *asked[2:]])
    assert capsys.readouterr().out == ""
