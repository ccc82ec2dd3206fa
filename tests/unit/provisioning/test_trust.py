"""Which certificate authorities go into images."""

from __future__ import annotations

from pathlib import Path

from build_tasks.adapters.provisioning.trust import HostCertificates


def _pem(text: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"


def test_those_that_debian_brings_are_left_out(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped" / "mozilla"
    shipped.mkdir(parents=True)
    (shipped / "a.crt").write_text(_pem("known"))
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# a comment\n{_pem('known')}{_pem('corporate')}{_pem('corporate')}")
    found = HostCertificates(bundle, tmp_path / "shipped").certificates()
    assert list(found.values()) == [_pem("corporate").encode()]
    assert all(name.endswith(".crt") for name in found)


def test_line_ends_make_no_difference(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(_pem("x").encode())
    other.write_bytes(_pem("x").replace("\n", "\r\n").encode())
    nothing = tmp_path / "none"
    assert HostCertificates(one, nothing).certificates() == HostCertificates(other, nothing).certificates()


def test_a_host_without_a_bundle(tmp_path: Path) -> None:
    assert HostCertificates(tmp_path / "missing").certificates() == {}
