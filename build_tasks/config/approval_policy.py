"""How many approvals production wants, as the repository's settings say."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from build_tasks.config.problems import problem_at, shape_problems
from build_tasks.config.schema import ApprovalTable
from build_tasks.config.sense import TABLES
from build_tasks.config.toml_files import parse_toml_text, refuse

_PATH = (*TABLES, "approval")


def read_required_approvals(text: str, shown: str) -> int:
    """``approval.required`` of a pyproject.toml's text, such as git has it at the tip of main.

    Only its own table is read: whatever else a release of these tasks does not know yet is not its business.

    :param shown: the file's name, for messages.
    :raises FlowError: CONFIG, with every mistake of the table: what cannot be read lets nothing pass.
    """
    data, problems = parse_toml_text(text, shown)
    table: object = data
    for name in _PATH:
        table = table.get(name, {}) if isinstance(table, Mapping) else table
    if data is not None:
        problems += shape_problems(shown, text, table, ApprovalTable, _PATH)
        if not isinstance(table, Mapping) and not problems:
            problems.append(problem_at(shown, text, _PATH, "not a table"))
    refuse(problems, f"read how many approvals production wants ({shown})")
    return msgspec.convert(table, ApprovalTable).required
