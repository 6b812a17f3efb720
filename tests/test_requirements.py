"""The lock pins what the package asks for, and what is installed here is what it pins."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from workshop.places import ROOT

LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
LINES = [line for line in LOCK.splitlines() if line.strip() and not line.lstrip().startswith("#")]
PINS = [Requirement(line) for line in LINES if line != "-e ."]
HERE = [pin for pin in PINS if pin.marker is None or pin.marker.evaluate()]
DIRECT = [
    Requirement(text)
    for text in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
]
PLATFORMS = [
    {
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "python_full_version": f"{python}.9",
        "python_version": python,
    }
    for system in ("linux", "darwin", "win32")
    for python in ("3.11", "3.12", "3.13")
]


def version_of(pin: Requirement) -> str:
    return re.fullmatch(r"==(\S+)", str(pin.specifier))[1]


@pytest.mark.parametrize("direct", DIRECT, ids=lambda requirement: requirement.name)
def test_a_direct_dependency_is_pinned_inside_its_range_on_every_platform(direct: Requirement) -> None:
    for platform in PLATFORMS:
        pins = [
            pin
            for pin in PINS
            if canonicalize_name(pin.name) == canonicalize_name(direct.name)
            and (pin.marker is None or pin.marker.evaluate(platform))
        ]
        assert [direct.specifier.contains(version_of(pin)) for pin in pins] == [True], platform


@pytest.mark.parametrize("pin", HERE, ids=lambda requirement: requirement.name)
def test_what_is_installed_is_what_is_pinned(pin: Requirement) -> None:
    try:
        assert version(pin.name) == version_of(pin)
    except PackageNotFoundError:
        pytest.fail(f"{pin.name} is pinned for this platform and not installed. Run pip install -r requirements.txt.")


def test_everything_is_pinned_and_the_workshop_itself_comes_last() -> None:
    assert all(version_of(pin) for pin in PINS)
    assert LINES[-1] == "-e ."


def test_there_are_no_addresses_and_no_paths_but_the_workshop_itself() -> None:
    assert not re.search(r"\w+://|^\s*-(?!e \.$)|@ ", "\n".join(LINES), re.MULTILINE)


def test_the_command_that_made_the_lock_is_the_one_in_contributing() -> None:
    command = LOCK.splitlines()[1].removeprefix("#").strip()
    assert "uv pip compile" in command
    assert f"\n{command}\n" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
