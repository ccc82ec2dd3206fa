"""The parts of `docker inspect` that we read, https://docs.docker.com/reference/api/engine/."""

from __future__ import annotations

import msgspec

from build_tasks.model.local_platform import ContainerState, NetworkState


class _Address(msgspec.Struct):
    address: str = msgspec.field(name="IPAddress", default="")


class _NetworkSettings(msgspec.Struct, rename="pascal"):
    networks: dict[str, _Address] = {}


class _Config(msgspec.Struct, rename="pascal"):
    image: str = ""
    labels: dict[str, str] | None = None


class _State(msgspec.Struct, rename="pascal"):
    status: str = ""


class ContainerJson(msgspec.Struct, rename="pascal"):
    name: str
    state: _State
    config: _Config
    network_settings: _NetworkSettings

    def state_of(self) -> ContainerState:
        addresses = {name: at.address for name, at in self.network_settings.networks.items()}
        return ContainerState(
            self.name.lstrip("/"), self.state.status, self.config.image, self.config.labels or {}, addresses
        )


class _Subnet(msgspec.Struct, rename="pascal"):
    subnet: str = ""


class _Ipam(msgspec.Struct, rename="pascal"):
    config: list[_Subnet] | None = None


class _Member(msgspec.Struct, rename="pascal"):
    name: str = ""


class NetworkJson(msgspec.Struct, rename="pascal"):
    name: str
    ipam: _Ipam = msgspec.field(name="IPAM")
    labels: dict[str, str] | None = None
    containers: dict[str, _Member] | None = None

    def state_of(self) -> NetworkState:
        subnets = self.ipam.config or [_Subnet()]
        members = tuple(sorted(member.name for member in (self.containers or {}).values()))
        return NetworkState(self.name, subnets[0].subnet, self.labels or {}, members)


class VolumeJson(msgspec.Struct, rename="pascal"):
    name: str
    labels: dict[str, str] | None = None
