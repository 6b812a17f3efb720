"""The lineage picture: its colours are readable in the light and in the dark theme, and what is behind bears a sign."""

import re
from pathlib import Path

import pytest

from workshop.dbt_project.files import create_project
from workshop.dbt_project.work import Work
from workshop.notebook.lineage import STYLES, THEME, lineage
from workshop.places import STARTER

BACKGROUNDS = ("#ffffff", "#111111")  # JupyterLab's, light and dark
NODES = re.findall(r"classDef (\w+) fill:(#\w{6}).*?color:(#\w{6})", STYLES)


def light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG has it."""
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_arrows_and_boxes_stand_out(background: str) -> None:
    [arrow] = re.findall(r'"lineColor": "(#\w{6})"', THEME)
    assert len(NODES) == 5
    assert all(contrast(colour, background) >= 3 for colour in (arrow, *(fill for _, fill, _ in NODES)))


@pytest.mark.parametrize(("kind", "fill", "text"), NODES)
def test_the_names_in_the_boxes_are_readable(kind: str, fill: str, text: str) -> None:
    assert contrast(fill, text) >= 4.5, kind


def test_what_is_behind_bears_a_sign_and_not_only_a_colour(tmp_path: Path) -> None:
    create_project(tmp_path, STARTER)
    picture = lineage(Work(tmp_path), {"customers", "raw.jaffle_shop.orders"})
    assert picture.splitlines()[:2] == [THEME, "flowchart LR"]
    assert '["customers *"]:::changed' in picture and '["stg_orders"]:::model' in picture and picture.count("*") == 1
