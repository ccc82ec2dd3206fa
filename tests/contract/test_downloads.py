"""Downloads from a stand-in of a publisher's site: right, tampered, cut off, missing, stuck, by a proxy."""

from __future__ import annotations

import errno
import os
import ssl
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import trustme
from tenacity import wait_none

from build_tasks.adapters.provisioning import downloads as module
from build_tasks.adapters.provisioning.downloads import SiteDownloads
from build_tasks.adapters.provisioning.web import Patience, Web
from build_tasks.errors import ExitCode, FlowError
from tests.contract.download_site import Handler, Site, proxying, serving

_CONTENT = os.urandom(300_000)
_HASH = sha256(_CONTENT).hexdigest()
_VARIABLES = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
)


class Desk:
    """Downloads to a folder, and what was said meanwhile."""

    def __init__(self, folder: Path, authorities: Path | None = None, *, stall: float = 10) -> None:
        patience = Patience(connect=5, stall=stall, attempts=3, pause=wait_none())
        self.parts = folder / "parts"
        self.target = folder / "file"
        self.downloads = SiteDownloads(Web(patience, authorities), self.parts)
        self.lines: list[str] = []

    def fetch(self, url: str, expected: str = _HASH) -> bytes:
        self.downloads.fetch(url, expected, self.target, self.lines.append)
        return self.target.read_bytes()

    def refused(self, url: str) -> FlowError:
        with pytest.raises(FlowError) as caught:
            self.fetch(url)
        assert not self.target.exists(), "all of it or nothing"
        return caught.value

    def begun(self) -> list[bytes]:
        return [part.read_bytes() for part in self.parts.glob("*")]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site({"/tool": _CONTENT})) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_right_file(site: Site, desk: Desk) -> None:
    assert desk.fetch(f"{site.url}/tool") == _CONTENT
    assert desk.begun() == []
    assert desk.lines == ["0.3 MiB in 0 s"]


def test_a_tampered_file_is_tried_once_more_and_refused(site: Site, desk: Desk) -> None:
    site.files["/tool"] = b"x" + _CONTENT[1:]
    error = desk.refused(f"{site.url}/tool")
    assert error.code is ExitCode.CONFLICT
    assert error.details == (
        f"accepted: sha256:{_HASH}",
        f"found:    sha256:{sha256(site.files['/tool']).hexdigest()}",
    )
    assert len(site.asked) == 2
    assert desk.begun() == [], "nothing of it is kept"


def test_a_file_that_is_shorter_than_it_should_be_is_another_file(site: Site, desk: Desk) -> None:
    """Cut at the publisher's: the site itself believes that this is all."""
    site.files["/tool"] = _CONTENT[:-1]
    assert desk.refused(f"{site.url}/tool").code is ExitCode.CONFLICT


def test_a_connection_that_breaks_is_gone_on_with(site: Site, desk: Desk) -> None:
    def break_off(handler: Handler) -> None:
        del site.answers["/tool"]
        handler.begin(len(_CONTENT), _CONTENT[:100_000])
        handler.cut()

    site.answers["/tool"] = break_off
    assert desk.fetch(f"{site.url}/tool") == _CONTENT
    (_, first), (_, second) = site.asked
    assert first == ""
    assert second.startswith("bytes=") and second != "bytes=0-"


def test_a_site_that_always_breaks_off_is_unavailable_and_the_beginning_is_kept(
    site: Site, desk: Desk
) -> None:
    def break_off(handler: Handler) -> None:
        handler.begin(len(_CONTENT), _CONTENT[:50_000])
        handler.cut()

    site.answers["/tool"] = break_off
    error = desk.refused(f"{site.url}/tool")
    assert error.code is ExitCode.UNAVAILABLE
    assert "ended the connection early" in error.why
    assert "tried 3 times" in error.why
    [begun] = desk.begun()
    assert _CONTENT.startswith(begun) and begun
    site.answers.clear()
    assert desk.fetch(f"{site.url}/tool") == _CONTENT
    assert site.asked[-1] == ("/tool", f"bytes={len(begun)}-"), "the next run goes on where this one stopped"


def test_a_beginning_of_another_file_does_no_harm(site: Site, desk: Desk) -> None:
    desk.parts.mkdir()
    (desk.parts / f"{_HASH}.part").write_bytes(b"of an older release")
    assert desk.fetch(f"{site.url}/tool") == _CONTENT


def test_a_beginning_that_is_longer_than_the_file(site: Site, desk: Desk) -> None:
    desk.parts.mkdir()
    (desk.parts / f"{_HASH}.part").write_bytes(_CONTENT + b"and more")
    assert desk.fetch(f"{site.url}/tool") == _CONTENT


def test_a_file_that_was_all_there_is_not_sent_again(site: Site, desk: Desk) -> None:
    """A run that was killed between the last byte and the rename."""
    desk.parts.mkdir()
    (desk.parts / f"{_HASH}.part").write_bytes(_CONTENT)
    assert desk.fetch(f"{site.url}/tool") == _CONTENT


def test_a_site_that_knows_no_ranges_sends_all_of_it(site: Site, desk: Desk) -> None:
    desk.parts.mkdir()
    (desk.parts / f"{_HASH}.part").write_bytes(_CONTENT[:1000])
    site.answers["/tool"] = lambda handler: handler.status(200, _CONTENT)
    assert desk.fetch(f"{site.url}/tool") == _CONTENT


def test_beginnings_that_nobody_came_back_for_are_removed(site: Site, desk: Desk) -> None:
    desk.parts.mkdir()
    (desk.parts / "old.part").write_bytes(b"")
    (desk.parts / "young.part").write_bytes(b"")
    os.utime(desk.parts / "old.part", (0, 0))
    desk.fetch(f"{site.url}/tool")
    assert [part.name for part in desk.parts.iterdir()] == ["young.part"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_not_there_is_asked_for_once(site: Site, desk: Desk, status: int) -> None:
    site.answers["/tool"] = lambda handler: handler.status(status)
    error = desk.refused(f"{site.url}/tool")
    assert error.code is ExitCode.UNAVAILABLE
    assert f"answers {status} " in error.why
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_that_is_busy_is_asked_again(site: Site, desk: Desk, status: int) -> None:
    def busy(handler: Handler) -> None:
        del site.answers["/tool"]
        handler.status(status)

    site.answers["/tool"] = busy
    assert desk.fetch(f"{site.url}/tool") == _CONTENT


def test_a_web_page_is_no_file(site: Site, desk: Desk) -> None:
    """What a proxy shows that wants a login."""
    site.answers["/tool"] = lambda handler: handler.status(
        200, b"<html>", Content_Type="text/html; charset=utf-8"
    )
    error = desk.refused(f"{site.url}/tool")
    assert error.code is ExitCode.UNAVAILABLE
    assert "web page" in error.why


def test_a_site_that_sends_nothing_more_is_given_up(site: Site, tmp_path: Path) -> None:
    def stall(handler: Handler) -> None:
        handler.begin(len(_CONTENT), _CONTENT[:1000])
        site.closing.wait(60)

    site.answers["/tool"] = stall
    error = Desk(tmp_path, stall=0.2).refused(f"{site.url}/tool")
    assert error.code is ExitCode.UNAVAILABLE
    assert "sent no byte for 0.2 s" in error.why


def test_a_slow_site_is_waited_for_as_long_as_bytes_come(site: Site, tmp_path: Path) -> None:
    """The whole takes several times as long as a silence may."""
    steps = 6

    def drip(handler: Handler) -> None:
        handler.begin(len(_CONTENT), b"")
        for number in range(steps):
            threading.Event().wait(0.1)
            size = len(_CONTENT) // steps
            handler.wfile.write(_CONTENT[number * size : (number + 1) * size])
            handler.wfile.flush()
        handler.wfile.write(_CONTENT[steps * (len(_CONTENT) // steps) :])

    site.answers["/tool"] = drip
    assert Desk(tmp_path, stall=0.4).fetch(f"{site.url}/tool") == _CONTENT
    assert len(site.asked) == 1


def test_how_far_it_is_is_told(site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TELL", 0.0)
    desk.fetch(f"{site.url}/tool")
    assert any("of 0.3 MiB after" in line for line in desk.lines)


def test_a_site_that_is_not_there_is_tried_once_a_run(desk: Desk) -> None:
    with serving(Site()) as gone:
        url = gone.url
    first, second = desk.refused(f"{url}/a"), desk.refused(f"{url}/b")
    assert first.code is second.code is ExitCode.UNAVAILABLE
    assert "does not answer" in first.why and "tried 3 times" in first.why
    assert "tried before" in second.why


def test_a_full_disk_is_told_and_beginnings_make_room(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module._Arriving, "add", full)
    error = desk.refused(f"{site.url}/tool")
    assert error.code is ExitCode.FAILED
    assert "No space left" in error.why
    assert "platform.prune" in error.fix
    assert desk.begun() == []


def test_a_disk_that_would_be_full_is_told_before_anything_is_written(site: Site, desk: Desk) -> None:
    promised = 10**18
    site.answers["/tool"] = lambda handler: handler.begin(promised, b"x")
    error = desk.refused(f"{site.url}/tool")
    assert error.code is ExitCode.FAILED
    assert "are free" in error.why


def test_a_text(site: Site, desk: Desk) -> None:
    site.files["/sums"] = b"abc\n"
    assert desk.downloads.text(f"{site.url}/sums") == "abc\n"


@pytest.mark.parametrize(("content", "why"), [(b"\xff\xfe", "not text"), (b"x" * 2_000_000, "longer")])
def test_what_is_no_small_text(site: Site, desk: Desk, content: bytes, why: str) -> None:
    site.files["/sums"] = content
    with pytest.raises(FlowError, match=why) as caught:
        desk.downloads.text(f"{site.url}/sums")
    assert caught.value.code is ExitCode.UNAVAILABLE


# Certificates and proxies


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture
def secure_site(authority: trustme.CA) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(Site({"/tool": _CONTENT}), context) as running:
        yield running


def test_an_authority_that_is_named_is_trusted(secure_site: Site, tmp_path: Path, bundle: Path) -> None:
    assert Desk(tmp_path, bundle).fetch(f"{secure_site.url}/tool") == _CONTENT


def test_an_authority_that_the_environment_names_is_trusted(
    secure_site: Site, desk: Desk, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    assert desk.fetch(f"{secure_site.url}/tool") == _CONTENT


def test_any_other_authority_is_not(secure_site: Site, desk: Desk) -> None:
    error = desk.refused(f"{secure_site.url}/tool")
    assert error.code is ExitCode.UNAVAILABLE
    assert "certificate of localhost" in error.why
    assert "SSL_CERT_FILE" in error.fix
    assert secure_site.asked == [], "nothing was asked, and not a second time"


def test_a_bundle_that_is_not_there(secure_site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    assert "/nowhere/ca.pem" in desk.refused(f"{secure_site.url}/tool").why


def test_from_an_encrypted_site_nobody_is_sent_on_to_one_that_is_not(
    secure_site: Site, site: Site, tmp_path: Path, bundle: Path
) -> None:
    secure_site.answers["/moved"] = lambda handler: handler.status(302, Location=f"{site.url}/tool")
    error = Desk(tmp_path, bundle).refused(f"{secure_site.url}/moved")
    assert error.code is ExitCode.UNAVAILABLE
    assert "not encrypted" in error.why


def test_a_file_that_moved(secure_site: Site, tmp_path: Path, bundle: Path) -> None:
    secure_site.answers["/moved"] = lambda handler: handler.status(302, Location=f"{secure_site.url}/tool")
    assert Desk(tmp_path, bundle).fetch(f"{secure_site.url}/moved") == _CONTENT


@pytest.fixture
def proxied(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Everything outside is behind a proxy that looks into TLS."""
    site = Site({"downloads.example.org/tool": _CONTENT})
    with proxying(site, authority) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        yield site


def test_through_a_proxy_with_its_own_authority(proxied: Site, tmp_path: Path, bundle: Path) -> None:
    assert Desk(tmp_path, bundle).fetch("https://downloads.example.org/tool") == _CONTENT
    assert proxied.paths() == ["downloads.example.org/tool"]


def test_through_such_a_proxy_without_its_authority(proxied: Site, desk: Desk) -> None:
    error = desk.refused("https://downloads.example.org/tool")
    assert "certificate of downloads.example.org" in error.why
    assert "SSL_CERT_FILE" in error.fix


def test_hosts_that_need_no_proxy(
    proxied: Site, secure_site: Site, tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert Desk(tmp_path, bundle).fetch(f"{secure_site.url}/tool") == _CONTENT
    assert proxied.asked == []


def test_a_proxy_that_is_not_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Site()) as gone:
        monkeypatch.setenv("HTTPS_PROXY", gone.url)
    error = desk.refused("https://downloads.example.org/tool")
    assert error.code is ExitCode.UNAVAILABLE
    assert "HTTPS_PROXY" in error.fix
