"""The locks pin what the package asks for, and what is installed here is what they pin."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from workshop.places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LEARNERS, MAINTAINERS = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.txt", "requirements-dev.txt")
)
PLATFORMS = [
    {
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
        "python_full_version": f"{python}.9",
        "python_version": python,
    }
    for system in ("linux", "darwin", "win32")
    for python in ("3.11", "3.12", "3.13")
]


def lines(lock: str) -> list[str]:
    return [line for line in lock.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(lock: str) -> list[Requirement]:
    return [Requirement(line) for line in lines(lock) if not line.startswith("-")]


def version_of(pin: Requirement) -> str:
    return re.fullmatch(r"==(\S+)", str(pin.specifier))[1]


NEEDED = [(Requirement(text), pins(LEARNERS)) for text in PROJECT["dependencies"]]
NEEDED += [(Requirement(text), pins(LEARNERS) + pins(MAINTAINERS)) for text in PROJECT["optional-dependencies"]["dev"]]
HERE = [pin for pin in pins(LEARNERS) + pins(MAINTAINERS) if pin.marker is None or pin.marker.evaluate()]


@pytest.mark.parametrize(("direct", "locked"), NEEDED, ids=[direct.name for direct, _ in NEEDED])
def test_a_direct_dependency_is_pinned_inside_its_range_on_every_platform(
    direct: Requirement, locked: list[Requirement]
) -> None:
    for platform in PLATFORMS:
        named = [pin for pin in locked if canonicalize_name(pin.name) == canonicalize_name(direct.name)]
        there = [pin for pin in named if pin.marker is None or pin.marker.evaluate(platform)]
        assert [direct.specifier.contains(version_of(pin)) for pin in there] == [True], platform


@pytest.mark.parametrize("pin", HERE, ids=lambda requirement: requirement.name)
def test_what_is_installed_is_what_is_pinned(pin: Requirement) -> None:
    try:
        assert version(pin.name) == version_of(pin)
    except PackageNotFoundError:
        pytest.fail(f"{pin.name} is pinned and not installed. Run pip install -r requirements-dev.txt.")


def test_everything_is_pinned_and_the_workshop_itself_comes_last() -> None:
    assert all(version_of(pin) for pin in pins(LEARNERS) + pins(MAINTAINERS))
    assert lines(LEARNERS)[-1] == "-e ."


def test_learners_install_no_tool_for_maintainers() -> None:
    learners = {canonicalize_name(pin.name) for pin in pins(LEARNERS)}
    assert learners.isdisjoint({"playwright", "mypy", "ruff", "hypothesis", "pytest-xdist", "import-linter", "prek"})
    assert "nbval" in learners
    assert lines(MAINTAINERS)[0] == "-r requirements.txt"
    assert learners.isdisjoint(canonicalize_name(pin.name) for pin in pins(MAINTAINERS))


@pytest.mark.parametrize("lock", [LEARNERS, MAINTAINERS], ids=["learners", "maintainers"])
def test_there_are_no_addresses_and_no_paths_but_the_workshop_itself(lock: str) -> None:
    text = "\n".join(line for line in lines(lock) if line not in ("-e .", "-r requirements.txt"))
    assert not re.search(r"\w+://|^\s*-|@ ", text, re.MULTILINE)


@pytest.mark.parametrize("lock", [LEARNERS, MAINTAINERS], ids=["learners", "maintainers"])
def test_the_command_that_made_a_lock_is_the_one_in_contributing(lock: str) -> None:
    command = lock.splitlines()[1].removeprefix("#").strip()
    assert "uv pip compile" in command
    assert f"\n{command}\n" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
