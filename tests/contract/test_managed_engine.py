"""The managed engine, in namespaces of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from build_tasks.adapters.docker.dockerd import EngineFolders, ManagedEngine
from build_tasks.adapters.programs.process import Processes
from tests.contract.fixtures_engine import ALONE, can_run, logs
from tests.contract.fixtures_engine import engine_folder as engine_folder

#: Starts an engine, kills it and its containerd as a machine's end would, starts it again, then stops it.
_STORY = """
import json, os, signal, sys
from pathlib import Path
from build_tasks.adapters.docker.dockerd import EngineFolders, ManagedEngine
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.programs.process_identity import in_our_network
from build_tasks.errors import FlowError

folder, tools = Path(sys.argv[1]), Path(sys.argv[2])
def engine(name):
    folders = EngineFolders(folder / name, folder / f"{name}-data", tools)
    return ManagedEngine(Processes(CommandLog(None)), folders)
def pids():
    return [pid for name in ("dockerd", "containerd") for pid in in_our_network(name)]

told, first = {}, engine("first")
told["before"] = [first.running(), first.answers(), first.has_data(), first.obstacle()]
first.start()
told["started"] = [first.running(), first.answers(), first.has_data(), len(pids())]
before = pids()
first.start()
told["started twice"] = pids() == before
try:
    engine("second").start()
except FlowError as refused:
    told["second"] = refused.why
for pid in before:
    os.kill(pid, signal.SIGKILL)
while first.running():
    pass
told["killed"] = [first.running(), first.answers()]
first.start()
told["again"] = [first.running(), first.answers(), len(pids())]
first.stop()
mounts = Path("/proc/self/mountinfo").read_text()
told["stopped"] = [first.running(), first.answers(), pids(), f"{folder / 'first-data'} " in mounts]
first.stop()
print(json.dumps(told))
"""


def test_an_engines_life(processes: Processes, tool: Callable[[str], Path], engine_folder: Path) -> None:
    tools, folder = tool("dockerd").parent, engine_folder
    engine = ManagedEngine(processes, EngineFolders(folder / "run", folder / "data", tools))
    if not can_run(engine):
        return
    words = [*ALONE, sys.executable, "-c", _STORY, str(folder), str(tools)]
    done = processes.run(words, timeout=240, check=False)
    assert done.status == 0, done.stdout + done.stderr + logs(folder)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["before"] == [False, False, False, ""]
    assert told["started"] == [True, True, True, 2]
    assert told["started twice"]
    assert "another Docker Engine runs here" in told["second"]
    assert told["killed"] == [False, False]
    assert told["again"] == [True, True, 2]
    assert told["stopped"] == [False, False, [], False]
