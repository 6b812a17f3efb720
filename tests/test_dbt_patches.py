"""What is changed in dbt does what it is for."""

import inspect
import os
import threading

import duckdb
import pytest
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.environments.local import LocalEnvironment
from dbt_common.behavior_flags import Behavior
from dbt_common.constants import SECRET_ENV_PREFIX
from dbt_common.exceptions import CompilationError, base

from workshop.dbt_project import aside
from workshop.dbt_project.dbt_patches import prepare_dbt
from workshop.dbt_project.invocation import without_the_shells_settings

TAKES_A_MOMENT = "select levenshtein(repeat('ab', 15000), repeat('ba', 15000))"


@pytest.fixture
def environment() -> LocalEnvironment:
    prepare_dbt()
    return LocalEnvironment(DuckDBCredentials(database="memory", schema="main", path=":memory:"))


def test_a_connection_whose_query_nobody_can_stop_is_left_alone(
    environment: LocalEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "SECONDS_TO_STOP", 0.01)
    handle, is_done = environment.handle(), threading.Event()
    query = handle.cursor()._cursor

    def work() -> None:
        try:
            query.execute(TAKES_A_MOMENT)
        finally:
            is_done.set()

    with pytest.raises(aside.StillRunning):
        aside.aside(work, query.interrupt, seconds=0.01)
    with pytest.raises(duckdb.ResourceInUseException):
        query.close()
    handle.close()
    assert environment.handle_count == 0
    assert environment.handle().cursor().execute("select 42").fetchall() == [(42,)]
    environment.close()
    assert environment.conn is None
    assert not is_done.is_set()  # else nobody was left alone
    assert is_done.wait(60)


def test_a_flag_is_said_to_come_from_the_module_that_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_dbt()
    monkeypatch.setattr(inspect, "stack", lambda *_: pytest.fail("It read the source of all that is going on."))
    flags = Behavior([{"name": "a", "default": False, "docs_url": "https://example.com"}], {})
    assert flags._flags[0]._behavior_change_event.flag_source == __name__


def test_an_error_that_dbt_raises_looks_through_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_dbt()
    monkeypatch.setattr(base, "os", None)
    assert CompilationError("There is no macro.").msg == "There is no macro."


def test_dbt_is_given_no_secrets_that_it_could_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its errors would have to leave them out."""
    monkeypatch.setenv(f"{SECRET_ENV_PREFIX}_TOKEN", "abc")
    with without_the_shells_settings():
        assert not [name for name in os.environ if name.startswith(SECRET_ENV_PREFIX)]
    assert os.environ[f"{SECRET_ENV_PREFIX}_TOKEN"] == "abc"
