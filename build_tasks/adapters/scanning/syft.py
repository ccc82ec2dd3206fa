"""Bills of materials by syft. https://github.com/anchore/syft"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.scanning.scan_program import ScanProgram
from build_tasks.recipes import FOLDER

#: The only settings that count.
SETTINGS = FOLDER / "scanning" / "syft.yaml"


class Syft:
    """Implements :class:`build_tasks.ports.scanning.BillsOfMaterials`.

    It reads an archive and not the engine itself: whoever holds the engine's socket is root on its machine.

    :param save: writes an image of the engine, by its id, to an archive, as ``docker save`` does.
    :param scratch: folder with room for such archives.
    """

    def __init__(
        self, processes: Processes, program: Path, save: Callable[[str, Path], None], scratch: Path
    ) -> None:
        self._program = ScanProgram(processes, program, SETTINGS)
        self._save = save
        self._scratch = scratch

    def of(self, image: str, name: str, *, anew: bool = False) -> bytes:
        """CycloneDX JSON: packages, not single files. It keeps nothing, so it is always made anew.

        :param name: what the bill calls the image, with a version behind its last colon.
        :raises FlowError: SCANNER_UNAVAILABLE, or whatever keeps the engine from giving the image.
        """
        title, _, version = name.rpartition(":")
        self._scratch.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="image-", dir=self._scratch) as folder:
            archive, bill = Path(folder) / "image.tar", Path(folder) / "bom.json"
            self._save(image, archive)
            self._program.checked(
                *("scan", f"docker-archive:{archive}", "--quiet"),
                *("--source-name", title, "--source-version", version, "--output", f"cyclonedx-json={bill}"),
                what=f"list what is in {name}",
            )
            return bill.read_bytes()
