"""The process in which dbt reads strangers' projects. No answer and no check is within its reach: only data goes out.

It imports dbt once, and then lives on in a child for each project, which gives up everything but dbt and dies with it.
"""

import json
import os
import shutil
import socket
import sys
import tempfile
from contextlib import suppress
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from workshop.classroom.sandbox.as_data import compilation_as_data, freshness_as_data, run_as_data
from workshop.classroom.sandbox.channel import Channel, Silence
from workshop.classroom.sandbox.confinement import be_closed_to_others, can_filter, confine
from workshop.dbt_project.asking import DbtHere
from workshop.dbt_project.compilation import without_garbage_collection
from workshop.dbt_project.raw_table import RawTable
from workshop.dbt_project.raw_to_ask import RawToAsk

READY = b"."
PROJECT_FILE = "name: warm\nversion: '1.0'\nprofile: jaffle_shop\n"


def serve(control: socket.socket, project: Path, scratch: Path) -> None:
    """Answer for `project`, whatever lies there, once for each channel that comes over `control`, until that closes.

    A line comes back behind each. Ends where a child did not end well, or left anything behind: the next project is to
    find all as it was.
    """
    get_ready(scratch)
    while True:
        control.sendall(READY)
        _, ends, *_ = socket.recv_fds(control, 1, 1)
        if not ends:
            return
        if not can_filter():  # nothing would keep a child from leaving others behind: one project, then a new sandbox
            answer(Channel(socket.socket(fileno=ends[0])), project)
            return
        child = os.fork()
        if child == 0:
            control.close()
            in_child(ends[0], project, scratch)
        os.close(ends[0])
        _, status = os.waitpid(child, 0)
        if status != 0 or list(scratch.iterdir()):
            return


# -- how ---------------------------------------------------------------------------------------------------


def get_ready(scratch: Path) -> None:
    """Import dbt and let it parse its own macros, which takes it most of the time that it takes for a project."""
    be_closed_to_others()
    # It would be a process of its own that outlives a project, and watches over nothing that we have.
    resource_tracker.register = resource_tracker.unregister = lambda *_: None
    with without_garbage_collection():
        from dbt_common.tests import enable_test_caching

        enable_test_caching()
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            tempfile.tempdir = folder
            warm = Path(folder) / "warm"
            warm.mkdir()
            (warm / "dbt_project.yml").write_text(PROJECT_FILE, encoding="utf-8")
            DbtHere().read_project(warm)


def in_child(end: int, project: Path, scratch: Path) -> None:
    status = 1
    folder = tempfile.mkdtemp(dir=scratch)
    try:
        tempfile.tempdir = os.environ["HOME"] = folder
        os.chdir(folder)
        confine()
        answer(Channel(socket.socket(fileno=end)), project)
        os.chdir(scratch)
        shutil.rmtree(folder)
        status = 0
    finally:
        os._exit(status)


def answer(channel: Channel, project: Path) -> None:
    """Answer what is asked over the channel, until nobody asks any more."""
    dbt, manifest = DbtHere(), None
    with suppress(Silence):
        while True:
            asked = json.loads(channel.hear())
            if asked["what"] == "read":
                run = dbt.read_project(project)
                manifest, told = run.manifest, run_as_data(run)
            elif asked["what"] == "freshness":
                tables = [table_of(table) for table in asked["tables"]]
                told = freshness_as_data(dbt.freshness_after(project, manifest, tables, asked["hours"]))
            elif asked["what"] == "render":
                manifest = manifest or dbt.read_project(project).manifest
                told = compilation_as_data(dbt.render(project, asked["text"], manifest, to_ask(asked["asked"])))
            else:
                name, there = asked["name"], to_ask(asked["asked"])
                compilation = (
                    dbt.compile_models(project, name, manifest, there)
                    if name
                    else dbt.compile_everything(project, manifest, there)
                )
                manifest, told = manifest or compilation.run.manifest, compilation_as_data(compilation)
            channel.say(json.dumps(told, default=str))


def to_ask(told: dict[str, Any]) -> RawToAsk:
    tables = tuple(table_of(table) for table in told["tables"])
    return RawToAsk(tables, tuple(told["changes"]), macros=tuple((name, text) for name, text in told["macros"]))


def table_of(told: dict[str, Any]) -> RawTable:
    return RawTable(told["name"], Path(told["file"]), told["columns"], key="", row="", rows="", stamp=told["stamp"])


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]))
