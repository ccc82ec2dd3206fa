"""Composition of what gets files from publishers' sites: apart, because its libraries take time to load."""

from __future__ import annotations

import os
from pathlib import Path

from build_tasks.adapters.provisioning.downloads import SiteDownloads
from build_tasks.adapters.provisioning.web import Web


def site_downloads(cache: Path) -> SiteDownloads:
    """Downloads that trust ``SSL_CERT_FILE``, if there is such a file (OpenSSL does the same)."""
    authorities = Path(os.environ.get("SSL_CERT_FILE", ""))
    web = Web(authorities=authorities if authorities.is_file() else None)
    return SiteDownloads(web, cache / "downloads" / "releases")
