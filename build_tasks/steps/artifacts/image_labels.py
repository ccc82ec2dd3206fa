"""What every image of a service says of itself."""

from __future__ import annotations

#: Label with the inputs hash; what tells that two images are the same content.
INPUTS_LABEL = "build-tasks.inputs"
#: Label that names the stand-ins an image was built on, if any.
STAND_INS_LABEL = "build-tasks.stand-ins"
#: Label with the commit that an image was first built from.
REVISION_LABEL = "org.opencontainers.image.revision"
#: Ends the revision of an image that was built from files that are in no commit.
DIRTY = "-dirty"
#: Label of an image whose build saw files that no inputs hash tells of.
UNSEEN_LABEL = "build-tasks.unseen"
