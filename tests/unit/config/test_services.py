"""service.toml: what it may say, and one message for all that it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.config.loading import load_services, service_folders
from build_tasks.config.reserved import RESERVED
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.service import Service, ServiceKind
from tests.fakes.samples import settings

LEAST = 'name = "delivery"\nkind = "api"\nowner = "shipping"\n'


def put(root: Path, text: str | bytes, folder: str = "delivery") -> Path:
    file = root / "services" / folder / "service.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def load(root: Path) -> dict[str, Service]:
    return load_services(settings(root))


def mistakes(root: Path) -> list[str]:
    with pytest.raises(FlowError) as refused:
        load(root)
    assert refused.value.code is ExitCode.CONFIG
    assert refused.value.what == "read the services"
    assert "docs/configuration.md" in refused.value.fix
    count = len(refused.value.details)
    assert refused.value.why == f"{count} mistake{'s' if count > 1 else ''} in the configuration"
    return list(refused.value.details)


def test_the_least_there_can_be(tmp_path: Path) -> None:
    put(tmp_path, LEAST)
    assert load(tmp_path)["delivery"] == Service(
        name="delivery",
        kind=ServiceKind.API,
        owner="shipping",
        description="",
        folder="services/delivery",
        dockerfile="services/delivery/Dockerfile",
        chart="services/delivery/chart",
        environments=("qa",),
        switch_automatic=True,
        drain_path="",
        keep_versions=2,
        port=8080,
    )
    assert load(tmp_path)["delivery"].toml == "services/delivery/service.toml"


def test_everything_said(tmp_path: Path) -> None:
    more = """description = "keeps deliveries"
port = 3000
image.dockerfile = "docker/Dockerfile"
[delivery]
environments = ["qa", "dev"]
[switch]
automatic = false
drain_path = "/drain"
keep_versions = 3
"""
    put(tmp_path, LEAST + more)
    service = load(tmp_path)["delivery"]
    assert (service.port, service.dockerfile) == (3000, "services/delivery/docker/Dockerfile")
    assert (service.environments, service.switch_automatic) == (("qa", "dev"), False)
    assert (service.drain_path, service.keep_versions) == ("/drain", 3)


def test_every_folder_with_the_file_is_a_service(tmp_path: Path) -> None:
    for name in ("package", "delivery"):
        put(tmp_path, LEAST.replace("delivery", name), name)
    (tmp_path / "services" / "shared").mkdir()
    (tmp_path / "services" / "README.md").write_text("")
    assert list(load(tmp_path)) == ["delivery", "package"]
    assert [folder.name for folder in service_folders(tmp_path, "services")] == ["delivery", "package"]


def test_a_repository_without_services(tmp_path: Path) -> None:
    assert load(tmp_path) == {}


def test_three_mistakes_are_one_message(tmp_path: Path) -> None:
    put(
        tmp_path,
        """# mistakes
name = "delivery"
kind = "wroker"
owner = "shipping"
prot = 8080

[delivery]
environments = ["qa", "moon"]
""",
    )
    assert mistakes(tmp_path) == [
        "services/delivery/service.toml:3: kind: 'wroker' is not one of 'api', 'worker'",
        "services/delivery/service.toml:5: prot: unknown key, did you mean port?",
        "services/delivery/service.toml:8: delivery.environments: unknown environment 'moon'"
        " (known: dev, qa, prod)",
    ]


def test_mistakes_of_all_files_are_one_message(tmp_path: Path) -> None:
    put(tmp_path, LEAST + "port = 0\n")
    put(tmp_path, 'name = "package"\nkind = "api"\n', "package")
    assert mistakes(tmp_path) == [
        "services/delivery/service.toml:4: port: 0 is less than the minimum of 1",
        "services/package/service.toml: owner: missing",
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            LEAST + "colour = 1\n",
            ":4: colour: unknown key (known: calls, delivery, description, image, inputs, kind,",
        ),
        (LEAST + "[swich]\n", ":4: swich: unknown key, did you mean switch?"),
        (LEAST + "[switch]\nautomtic = true\n", ":5: switch.automtic: unknown key, did you mean automatic?"),
        (LEAST + "[switch]\nautomatic = 'yes'\n", ":5: switch.automatic: 'yes' is not of type 'boolean'"),
        (
            LEAST + "[switch]\nkeep_versions = 1\n",
            ":5: switch.keep_versions: 1 is less than the minimum of 2",
        ),
        (
            LEAST + "[switch]\nkeep_versions = 11\n",
            ":5: switch.keep_versions: 11 is greater than the maximum",
        ),
        (
            LEAST + "[switch]\ndrain_path = 'drain'\n",
            ":5: switch.drain_path: 'drain' does not match ^(/[A-Za-z0-9/_-]*)?$; '/drain' does",
        ),
        (LEAST + "switch = 3\n", ":4: switch: 3 is not of type 'object'"),
        (LEAST + "port = '80'\n", ":4: port: '80' is not of type 'integer'"),
        (LEAST + "port = true\n", ":4: port: True is not of type 'integer'"),
        (LEAST + "port = 2026-01-01\n", ":4: port: datetime.date(2026, 1, 1) is not of type 'integer'"),
        (LEAST.replace('"shipping"', '""'), ":3: owner: '' should be non-empty"),
        (LEAST.replace('"delivery"', '"package"'), ":1: name: 'package' is not the folder's name 'delivery'"),
        (
            LEAST + "[image]\ndockerfile = '/etc/x'\n",
            ":5: image.dockerfile: '/etc/x' is not a path that is relative",
        ),
        (
            LEAST + "[image]\ndockerfile = '../../x'\n",
            ":5: image.dockerfile: '../../x' is not a path that is relative",
        ),
        (LEAST + "[delivery]\nenvironments = []\n", ":5: delivery.environments: "),
        (
            LEAST + "[delivery]\nenvironments = 'qa'\n",
            ":5: delivery.environments: 'qa' is not of type 'array'",
        ),
        (
            LEAST + "[delivery]\nenvironments = [1]\n",
            ":5: delivery.environments.0: 1 is not of type 'string'",
        ),
        (
            LEAST + "[delivery]\nenvironments = ['qq']\n",
            ":5: delivery.environments: unknown environment 'qq'",
        ),
        (
            LEAST + "[delivery]\nenvironments = ['qa', 'qa']\n",
            ":5: delivery.environments: 'qa' stands there twice",
        ),
        (LEAST + "[delivery]\nenvironments = ['prod']\n", ":5: delivery.environments: 'prod' is production"),
        (LEAST + "inputs = 'x'\n", ":4: inputs: 'x' is not of type 'array'"),
        (LEAST + "inputs = ['x', '/y']\n", ":4: inputs.1: '/y' is not a pattern as in .dockerignore, from"),
        (
            LEAST + "inputs = ['x', 'y/../../z']\n",
            ":4: inputs.1: 'y/../../z' is not a pattern as in .dockerignore",
        ),
        (LEAST + "inputs = ['!']\n", ":4: inputs.0: '!' is not a pattern as in .dockerignore"),
        (LEAST + "inputs = ['x/[a']\n", ":4: inputs: 'x/[a' has a [ that begins no list of characters"),
        (LEAST + 'name = "delivery"\n', ":4: Cannot overwrite a value"),
        ("name = \n", ":1: Invalid value: name ="),
        ("\n  name 'x'\n", ":2: Expected '=' after a key in a key/value pair: name 'x'"),
        ("name = " + "x" * 200, f":1: Invalid value: name = {'x' * 93}..."),
        ("name = 'x", ': Expected "\'" (at end of document)'),
        (b'name = "\xff"\n', ": not UTF-8 at byte 8"),
        (LEAST.encode("utf-16"), ": not UTF-8 at byte 0"),
        (b"\xef\xbb\xbf" + LEAST.encode(), ":1: Invalid statement"),
    ],
)
def test_one_mistake(tmp_path: Path, text: str | bytes, mistake: str) -> None:
    put(tmp_path, text)
    [found] = mistakes(tmp_path)
    assert found.startswith("services/delivery/service.toml" + mistake)


def test_a_folder_whose_name_no_service_can_have(tmp_path: Path) -> None:
    put(tmp_path, LEAST.replace("delivery", "Delivery"), "Delivery")
    [found] = mistakes(tmp_path)
    assert found.startswith(
        "services/Delivery/service.toml:1: name: 'Delivery' is not a name of lower-case letters"
    )


def test_an_empty_file_lacks_what_is_required(tmp_path: Path) -> None:
    put(tmp_path, "")
    assert mistakes(tmp_path) == [
        f"services/delivery/service.toml: {k}: missing" for k in ("kind", "name", "owner")
    ]


def test_a_folder_in_the_file_s_place(tmp_path: Path) -> None:
    (tmp_path / "services/delivery/service.toml").mkdir(parents=True)
    assert mistakes(tmp_path) == ["services/delivery/service.toml: Is a directory"]


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_names_of_tasks_are_reserved(tmp_path: Path, name: str) -> None:
    put(tmp_path, LEAST.replace("delivery", name), name)
    [found] = mistakes(tmp_path)
    assert found == f"services/{name}/service.toml:1: name: '{name}' is the name of a task collection"


@pytest.mark.parametrize("name", ["delivery-dev", "delivery-v1-0-0", "delivery-v1-0-0-rc-1"])
def test_names_of_releases_are_reserved(tmp_path: Path, name: str) -> None:
    put(tmp_path, LEAST.replace("delivery", name), name)
    [found] = mistakes(tmp_path)
    assert "could be a release of another service" in found


@pytest.mark.parametrize("name", ["delivery-v2", "dev-delivery", "developers"])
def test_names_that_only_look_like_it(tmp_path: Path, name: str) -> None:
    put(tmp_path, LEAST.replace("delivery", name), name)
    assert list(load(tmp_path)) == [name]


def test_the_default_environment_must_be_there_too(tmp_path: Path) -> None:
    put(tmp_path, LEAST)
    elsewhere = settings(tmp_path)
    del elsewhere.environments["qa"]  # type: ignore[attr-defined]  # a dict in the sample
    with pytest.raises(FlowError) as refused:
        load_services(elsewhere)
    assert "unknown environment 'qa'" in refused.value.details[0]


WORKER = LEAST.replace("api", "worker")


def test_a_worker(tmp_path: Path) -> None:
    put(tmp_path, WORKER)
    assert load(tmp_path)["delivery"].is_worker


@pytest.mark.parametrize(
    ("more", "mistake"),
    [
        ('[switch]\ndrain_path = "/drain"\n', ":5: switch.drain_path: a worker has no Service"),
        ("port = 3000\n", ":4: port: a worker has no Service"),
    ],
)
def test_what_a_worker_cannot_have(tmp_path: Path, more: str, mistake: str) -> None:
    put(tmp_path, WORKER + more)
    [found] = mistakes(tmp_path)
    assert found.startswith("services/delivery/service.toml" + mistake)


def test_who_calls_whom(tmp_path: Path) -> None:
    put(tmp_path, LEAST + 'calls = ["package"]\n')
    put(tmp_path, LEAST.replace("delivery", "package"), "package")
    assert load(tmp_path)["delivery"].calls == ("package",)


@pytest.mark.parametrize(
    ("callees", "mistake"),
    [
        (["pakage"], "unknown service 'pakage', did you mean package?"),
        (["delivery"], "it need not name itself"),
    ],
)
def test_calls_of_nobody(tmp_path: Path, callees: list[str], mistake: str) -> None:
    put(tmp_path, LEAST + f"calls = {callees}\n")
    put(tmp_path, LEAST.replace("delivery", "package"), "package")
    assert mistakes(tmp_path) == [f"services/delivery/service.toml:4: calls: {mistake}"]


def test_services_that_call_each_other_in_a_circle(tmp_path: Path) -> None:
    put(tmp_path, LEAST + 'calls = ["package"]\n')
    put(tmp_path, LEAST.replace("delivery", "package") + 'calls = ["delivery"]\n', "package")
    [found] = mistakes(tmp_path)
    assert "services call each other in a circle" in found
