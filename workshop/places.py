"""Every path, once."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
SOLUTIONS = ROOT / "solutions"

PACKAGE = Path(__file__).resolve().parent
COURSE = PACKAGE / "course"
STARTER = COURSE / "starter"
WORKSHOP_UTILS = ROOT / "workshop_utils"  # a dbt package; a copy of it lies beside each learner's project
JUPYTER_CONFIG = PACKAGE / "classroom" / "jupyter_config"

PROJECT_NAME = "jaffle_shop"

# Inside a learner's project.
WAREHOUSES = "warehouses"
RAW_DATABASE = f"{WAREHOUSES}/raw.duckdb"
WAREHOUSE_FILE = "warehouse.duckdb"  # the stem is the database's name in compiled SQL
TERMINAL_WAREHOUSE = f"{WAREHOUSES}/terminal"


def project_beside(folder: Path) -> Path:
    """Return where the dbt project of a notebook in `folder` lives."""
    return folder.resolve() / PROJECT_NAME
