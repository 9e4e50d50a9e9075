"""What holds for the whole house, whoever builds in it."""

import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils.translation import gettext, override

ROOT = Path(settings.ROOT)
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
NO_SUBJECT = {"tests", "bench"}  # they look at packages and are none


def packages() -> set[str]:
    return {init.parent.name for init in ROOT.glob("*/__init__.py")} - NO_SUBJECT


def test_import_linter_knows_every_package_on_disk():
    """`exhaustive` is for layers inside a container: the uppermost contract has none."""
    assert set(LINTER["root_packages"]) == packages()
    points_down = next(each for each in LINTER["contracts"] if "containers" not in each)
    layers = [name for layer in points_down["layers"] for name in layer.split(" | ")]
    assert layers == LINTER["root_packages"]


def test_every_package_has_a_contract_of_its_own():
    inside = {
        package: each["exhaustive"]
        for each in LINTER["contracts"]
        for package in each.get("containers", [])
    }
    assert inside == dict.fromkeys(packages(), True)


def test_a_request_is_no_transaction():
    assert not any(connection.settings_dict["ATOMIC_REQUESTS"] for connection in connections.all())


def test_a_compiled_catalogue_speaks_chinese():
    if not list(ROOT.glob("core/locale/zh_Hans/LC_MESSAGES/*.mo")):
        pytest.skip("catalogues are compiled by make test")
    with override("zh-hans"):
        assert gettext("Sign in") == "登录"
