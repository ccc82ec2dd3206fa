"""Charts in a registry: the adapter, the fake and Helm itself agree on what a pushed chart is."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest
from tests.contract.fixtures_registry import RegistryLab
from tests.fakes.oci_content import put_image
from tests.fakes.registry import FakeRegistry

_CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  version: {{ .Chart.AppVersion | quote }}
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return _package(tmp_path, "delivery", "1.0.2", _CONFIG_MAP)


def test_the_same_archive_has_the_same_digest_every_time(registry_lab: RegistryLab, archive: Path) -> None:
    ref = registry_lab.ref("charts/delivery", "1.0.2")
    digest = registry_lab.registry.push_chart(archive, ref)
    assert registry_lab.registry.digest(ref) == digest
    assert registry_lab.registry.push_chart(archive, ref) == digest
    assert registry_lab.registry.push_chart(archive, ref.under("prod")) == digest
    assert FakeRegistry().push_chart(archive, ref) == digest


def test_the_archive_is_found_by_tag_and_digest(
    registry_lab: RegistryLab, archive: Path, tmp_path: Path
) -> None:
    registry, ref = registry_lab.registry, registry_lab.ref("charts/delivery", "1.0.2")
    assert registry.chart_archive_digest(ref) is None
    digest = registry.push_chart(archive, ref)
    assert registry.chart_archive_digest(ref) == _digest(archive)
    assert registry.chart_archive_digest(ref.at(digest)) == _digest(archive)
    assert registry.chart_archive_digest(ref.tagged("1.0.3")) is None
    for number, one in enumerate((ref, ref.at(digest))):
        pulled = registry.pull_chart(one, tmp_path / "new" / str(number))
        assert pulled.parent == tmp_path / "new" / str(number)
        assert pulled.suffix == ".tgz"
        assert pulled.read_bytes() == archive.read_bytes()


def test_another_archive_overwrites_nothing(registry_lab: RegistryLab, archive: Path, tmp_path: Path) -> None:
    registry, ref = registry_lab.registry, registry_lab.ref("charts/delivery", "1.0.2")
    digest = registry.push_chart(archive, ref)
    other = _package(tmp_path / "other", "delivery", "1.0.2", "kind: List\n")
    with pytest.raises(FlowError) as caught:
        registry.push_chart(other, ref)
    assert caught.value.code is ExitCode.CONFLICT
    assert registry.digest(ref) == digest


def test_a_chart_is_pushed_under_its_own_name_and_version(registry_lab: RegistryLab, archive: Path) -> None:
    for ref in (registry_lab.ref("charts/kitchen", "1.0.2"), registry_lab.ref("charts/delivery", "v1.0.2")):
        with pytest.raises(FlowError, match=r"delivery:1\.0\.2") as caught:
            registry_lab.registry.push_chart(archive, ref)
        assert caught.value.code is ExitCode.CHART_REFUSED
        assert registry_lab.registry.digest(ref) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"not a tar", gzip.compress(b"x" * 2000)],
    # gzip writes down when: a name made of it is another one for each process that runs these tests
    ids=["nothing", "no archive", "an archive of something else"],
)
def test_what_is_not_a_chart_archive_is_refused(
    registry_lab: RegistryLab, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "x.tgz").write_bytes(content)
    with pytest.raises(FlowError) as caught:
        registry_lab.registry.push_chart(tmp_path / "x.tgz", registry_lab.ref("charts/delivery", "1.0.2"))
    assert caught.value.code is ExitCode.CHART_REFUSED


def test_an_image_is_not_taken_for_a_chart(registry_lab: RegistryLab, archive: Path) -> None:
    ref = registry_lab.ref("charts/delivery", "1.0.2")
    put_image(registry_lab.store, ref)
    with pytest.raises(FlowError, match="not a chart") as asked:
        registry_lab.registry.chart_archive_digest(ref)
    with pytest.raises(FlowError, match="not a chart") as pushed:
        registry_lab.registry.push_chart(archive, ref)
    assert (asked.value.code, pushed.value.code) == (ExitCode.CONFLICT, ExitCode.CONFLICT)


def test_a_chart_that_is_not_there_cannot_be_pulled(registry_lab: RegistryLab, tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="no such"):
        registry_lab.registry.pull_chart(registry_lab.ref("charts/delivery", "1.0.2"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_helm_finds_and_renders_a_pushed_chart(
    oras_registry: RegistryLab,
    processes: Processes,
    tool: Callable[[str], Path],
    archive: Path,
    tmp_path: Path,
) -> None:
    ref = oras_registry.ref("charts/delivery", "1.0.2")
    oras_registry.registry.push_chart(archive, ref)
    url = f"oci://{ref.registry}/{ref.repository}"
    env = {"HELM_CACHE_HOME": str(tmp_path / "cache"), "HELM_CONFIG_HOME": str(tmp_path / "config")}
    (tmp_path / "pulled").mkdir()
    where = (url, "--version", "1.0.2", "--plain-http")
    processes.run([tool("helm"), "pull", *where, "-d", tmp_path / "pulled"], env=env)
    assert (tmp_path / "pulled/delivery-1.0.2.tgz").read_bytes() == archive.read_bytes()
    shown = processes.run([tool("helm"), "show", "chart", *where], env=env).stdout
    assert yaml.safe_load(shown)["appVersion"] == "1.0.2"
    install = ("install", "delivery-v1-0-2", *where, "--dry-run=client")
    assert 'version: "1.0.2"' in processes.run([tool("helm"), *install], env=env).stdout


def test_what_helm_pushed_is_the_same_chart(
    oras_registry: RegistryLab, processes: Processes, tool: Callable[[str], Path], archive: Path
) -> None:
    ref = oras_registry.ref("charts/delivery", "1.0.2")
    folder = f"oci://{ref.registry}/{ref.repository.rpartition('/')[0]}"
    processes.run([tool("helm"), "push", archive, folder, "--plain-http"])
    digest = oras_registry.registry.digest(ref)
    assert digest is not None
    assert oras_registry.registry.chart_archive_digest(ref) == _digest(archive)
    assert oras_registry.registry.push_chart(archive, ref) == digest, "no-op: Helm's push stays"
    assert oras_registry.registry.digest(ref) == digest


def _digest(file: Path) -> Digest:
    return Digest(f"sha256:{sha256(file.read_bytes()).hexdigest()}")


def _package(folder: Path, name: str, version: str, template: str) -> Path:
    """A chart archive, with a subchart whose Chart.yaml comes first."""
    chart = {
        "apiVersion": "v2",
        "name": name,
        "version": version,
        "appVersion": version,
        "description": "Test",
    }
    files: Mapping[str, str] = {
        f"{name}/charts/sub/Chart.yaml": yaml.safe_dump(
            {"apiVersion": "v2", "name": "sub", "version": "9.9.9"}
        ),
        f"{name}/Chart.yaml": yaml.safe_dump(chart),
        f"{name}/templates/config.yaml": template,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for member, text in files.items():
            info = tarfile.TarInfo(member)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return path
