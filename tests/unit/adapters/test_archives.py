"""One program comes out of an archive, and nothing gets anywhere else."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from build_tasks.adapters.provisioning.archives import PublishedArchives
from build_tasks.errors import ExitCode, FlowError


def _tar(path: Path, files: Mapping[str, bytes], *others: tarfile.TarInfo, mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for info in others:
            tar.addfile(info)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o600
            tar.addfile(info, io.BytesIO(content))
    return path


def _special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
@pytest.mark.parametrize("name", ["linux-amd64/helm", "./linux-amd64/helm"])
def test_a_program_in_a_tar_archive(tmp_path: Path, mode: str, name: str) -> None:
    archive = _tar(tmp_path / "a", {"linux-amd64/README": b"text", name: b"program"}, mode=mode)
    target = tmp_path / "bin" / "helm"
    PublishedArchives().take_out(archive, "linux-amd64/helm", target)
    assert target.read_bytes() == b"program"
    assert target.stat().st_mode & 0o777 == 0o755
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "bin"], "nothing else was unpacked"


def test_a_program_in_a_zip_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("bin/oras", b"program")
    PublishedArchives().take_out(tmp_path / "a.zip", "bin/oras", tmp_path / "oras")
    assert (tmp_path / "oras").read_bytes() == b"program"


def test_a_file_that_is_the_program(tmp_path: Path) -> None:
    (tmp_path / "kubectl-1.37.2").write_bytes(b"program")
    PublishedArchives().take_out(tmp_path / "kubectl-1.37.2", "", tmp_path / "bin" / "kubectl")
    assert (tmp_path / "bin" / "kubectl").read_bytes() == b"program"


def test_hostile_paths_lead_nowhere(tmp_path: Path) -> None:
    """The archive's own names are compared, never opened."""
    inside = tmp_path / "inside"
    inside.mkdir()
    files = {"../escaped": b"x", "/tmp/escaped-absolute": b"x", "helm": b"program"}
    links = (_special("link", tarfile.SYMTYPE, "/etc"), _special("pipe", tarfile.FIFOTYPE))
    archive = _tar(inside / "a.tar.gz", files, *links)
    PublishedArchives().take_out(archive, "helm", inside / "bin" / "helm")
    assert (inside / "bin" / "helm").read_bytes() == b"program"
    assert not (tmp_path / "escaped").exists()
    assert not Path("/tmp/escaped-absolute").exists()


@pytest.mark.parametrize(
    "special",
    [
        _special("helm", tarfile.SYMTYPE, "/etc/passwd"),
        _special("helm", tarfile.LNKTYPE, "README"),
        _special("helm", tarfile.FIFOTYPE),
        _special("helm", tarfile.DIRTYPE),
    ],
)
def test_what_is_no_regular_file_is_no_program(tmp_path: Path, special: tarfile.TarInfo) -> None:
    archive = _tar(tmp_path / "a.tar.gz", {"README": b"text"}, special)
    _refused(archive, "helm", tmp_path, "no regular file")


def test_an_archive_without_the_program(tmp_path: Path) -> None:
    _refused(_tar(tmp_path / "a.tar.gz", {"README": b"text"}), "helm", tmp_path, "there is no helm in it")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("README", b"")
    _refused(tmp_path / "a.zip", "helm", tmp_path, "no item named 'helm'")


def test_what_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(b"\x1f\x8b garbage")
    _refused(tmp_path / "a.tar.gz", "helm", tmp_path, "")


def test_half_an_archive(tmp_path: Path) -> None:
    whole = _tar(tmp_path / "a.tar.gz", {"helm": bytes(range(256)) * 4000}).read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    _refused(tmp_path / "half.tar.gz", "helm", tmp_path, "")


def _refused(archive: Path, member: str, folder: Path, why: str) -> None:
    with pytest.raises(FlowError) as caught:
        PublishedArchives().take_out(archive, member, folder / "program")
    assert caught.value.code is ExitCode.TOOL_FAILED
    assert why in caught.value.why
    assert not (folder / "program").exists()
