"""Reading TOML files, and refusing those with mistakes: all of them in one error."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from build_tasks.config.problems import Problem, syntax_problem
from build_tasks.errors import ExitCode, FlowError


def parse_toml(file: Path, shown: str) -> tuple[str, dict[str, Any] | None, list[Problem]]:
    """A file's text and data, and what keeps it from being read; without data there is exactly one problem.

    :param shown: the file's name, for messages.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return "", None, [Problem(shown, 0, "", "no such file")]
    except UnicodeDecodeError as error:
        return "", None, [Problem(shown, 0, "", f"not UTF-8 at byte {error.start}")]
    except OSError as error:
        return "", None, [Problem(shown, 0, "", error.strerror or str(error))]
    return text, *parse_toml_text(text, shown)


def parse_toml_text(text: str, shown: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The data of a file's text, and what keeps it from being read; see :func:`parse_toml`."""
    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as error:
        return None, [syntax_problem(shown, text, str(error))]


def refuse(problems: Sequence[Problem], what: str, page: str = "docs/configuration.md") -> None:
    """Raise all mistakes as one error, if there are any.

    :param page: where every key is explained.
    :raises FlowError: CONFIG.
    """
    if problems:
        count = f"{len(problems)} mistake" + ("s" if len(problems) > 1 else "")
        raise FlowError(
            what,
            f"{count} in the configuration",
            f"correct them; {page} lists every key",
            code=ExitCode.CONFIG,
            details=[str(problem) for problem in problems],
        )
