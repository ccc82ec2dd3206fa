"""Tools and images, as the platform's steps ask for them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.errors import FlowError
from build_tasks.model.platform import PlatformImages
from build_tasks.model.upstream import ToolOrigin

if TYPE_CHECKING:
    from build_tasks.wiring.platform import PlatformComposition


class PlatformSupplies:
    """Implements :class:`build_tasks.ports.supplies.Supplies`."""

    def __init__(self, platform: PlatformComposition, client: DockerClient, *, managed_engine: bool) -> None:
        self._platform = platform
        self._client = client
        self._managed_engine = managed_engine
        self._lock = threading.Lock()
        self._made: PlatformImages | None = None
        self._failed: FlowError | None = None

    def missing_tools(self) -> Sequence[str]:
        """All of them where this instance was never brought up."""
        tools = self._platform.provisioning.tools()
        there = (self._platform.tools_folder / "kind").exists()
        return tools.missing(self._programs) if there else tools.known

    def tool_origins(self) -> Sequence[ToolOrigin]:
        return self._platform.provisioning.tools().origins()

    def tools(self) -> None:
        provisioning = self._platform.provisioning
        groups = provisioning.host_groups(self._client, managed_engine=self._managed_engine)
        provisioning.host_packages()(groups)
        self._platform.record_tools(provisioning.tools()(self._programs))

    def updates(self) -> None:
        self._platform.take_updates()

    def image_names(self) -> PlatformImages:
        return self._made or self._foreseen

    def images(self) -> PlatformImages:
        with self._lock:
            # Asked for side by side: what could not be made once is not tried again for each that needs it.
            if self._failed is not None:
                raise self._failed
            try:
                self._made = self._made or self._platform.provisioning.images(self._client)()
            except FlowError as failed:
                self._failed = failed
                raise
            return self._made

    @cached_property
    def _foreseen(self) -> PlatformImages:
        return self._platform.provisioning.images(self._client).names()

    @cached_property
    def _programs(self) -> Sequence[str]:
        return self._platform.provisioning.programs(self._client, managed_engine=self._managed_engine)
