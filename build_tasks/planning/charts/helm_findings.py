"""What Helm says about a chart, with the repository's files in place of the archive's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from build_tasks.planning.charts.places import ChartFiles

_FILE = r"(?:templates/|values[\w-]*\.|Chart\.yaml)"
_OF_ARCHIVE = re.compile(rf"(?<![\w./-])(?P<path>[\w-]+/(?:charts/[\w-]+/)*{_FILE}[\w./-]*)")
_OF_LINT = re.compile(rf"^(?P<level>\[[A-Z]+\] )(?P<path>{_FILE}[^\s:]*)")
_OF_SCHEMA = re.compile(r"^(?:\[[A-Z]+\] )?(?:[^\s:]+: )?- at '(?P<keys>[^']*)': (?P<why>.*)")
_SCHEMA_HEADING = re.compile(r"^(\[[A-Z]+\] )?values don't meet the specifications|^[\w-]+:$")
_UNKNOWN = re.compile(r"additional properties '(?P<key>[^']+)'")
_NOT_YAML = re.compile(r"unable to parse YAML: (?:error converting YAML to JSON: )?(?:yaml: )?")


def in_repository(told: Iterable[str], files: ChartFiles, chart: str) -> list[str]:
    """Helm's findings, each once, with its file's path from the root, and with the line where a value stands.

    :param told: the findings, of one or several lines.
    :param chart: the chart's folder, relative to the root.
    """
    lines = [line.strip() for finding in told for line in finding.splitlines() if line.strip()]
    if any(_OF_SCHEMA.match(line) for line in lines):
        lines = [line for line in lines if not _SCHEMA_HEADING.match(line)]
    return list(dict.fromkeys(_placed(line, files, chart) for line in lines))


def _placed(line: str, files: ChartFiles, chart: str) -> str:
    schema = _OF_SCHEMA.match(line)
    if schema:
        keys = [key for key in schema["keys"].split("/") if key]
        return _of_schema(keys, schema["why"], files, chart)
    line = _OF_LINT.sub(rf"\g<level>{chart}/\g<path>", _NOT_YAML.sub("not valid YAML once rendered: ", line))
    return _OF_ARCHIVE.sub(lambda match: files.path(match["path"]), line)


def _of_schema(keys: Sequence[str], why: str, files: ChartFiles, chart: str) -> str:
    unknown = _UNKNOWN.search(why)
    place = files.value_place([*keys, unknown["key"]] if unknown else keys) or f"{chart}/values.yaml"
    return f"{place}: {'.'.join(keys) or 'values'}: {why}"
