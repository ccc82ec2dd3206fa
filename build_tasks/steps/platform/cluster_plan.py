"""What the kind clusters are to be made from, and what a finished one says that it was made from."""

from __future__ import annotations

import json
from dataclasses import dataclass

from build_tasks.model.platform import PodNetwork
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.recipe_texts import fingerprint

#: In a node, written when its cluster is finished; without it a run was ended half-way.
MARKER = "/kind/build-tasks.json"


@dataclass(frozen=True)
class ClusterPlan:
    """The desired shape of the clusters.

    :param image: name of the node image.
    :param config: kind's configuration, as the repository has it.
    :param network: what connects pods.
    """

    image: str
    config: str
    network: PodNetwork

    @property
    def marker(self) -> str:
        """What a finished node's marker says."""
        return json.dumps({"image": self.image, "configuration": fingerprint(self.config)})

    def changes(self, marker: str) -> str:
        """In what a node that was made otherwise differs, in words; ``marker`` is the node's own."""
        try:
            made = json.loads(marker)
            image, configuration = made["image"], made["configuration"]
        except (ValueError, LookupError, TypeError):
            return "it does not say what it was made from"
        changes = [f"node image {image} -> {self.image}"] if image != self.image else []
        if configuration != fingerprint(self.config):
            changes.append("kind-config.yaml changed")
        return ", ".join(changes)


def cluster_plan(parts: PlatformParts) -> ClusterPlan:
    """What the clusters are to be made from; makes nothing."""
    node = parts.supplies.image_names().node
    return ClusterPlan(node.image, parts.kind_config, node.network)
