"""States in which a project may be when its learner catches up, made from answers, from mistakes and from chance."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from workshop.course.groups import EXERCISES
from workshop.course.our_files import moves
from workshop.course.reference import answers, reference
from workshop.dbt_project.files import Edit
from workshop.judging.misconception import Misconception, read_misconceptions
from workshop.places import ROOT, STARTER

Files = dict[str, bytes]
NAMES = [each.name for each in EXERCISES]


@dataclass(frozen=True)
class State:
    """A project before it catches up: all its files, and how many exercises are before the one that is next."""

    name: str
    files: Files
    before: int = len(NAMES) - 1


MARTS = NAMES.index("marts") + 1


def states() -> list[State]:
    """Return all states, the same in each run."""
    found = [
        *answered_so_far(),
        *with_mistakes(),
        *with_other_right_ways(),
        *under_other_names(),
        *half_moved(),
        *with_extras(),
        *with_broken_extras(),
        *at_random(),
    ]
    assert len({state.name for state in found}) == len(found)
    # What begins with the third group takes long, and goes the way of the others: some of it will do.
    return [state for number, state in enumerate(found) if state.before <= MARTS or number % 8 == 0]


# -- from the answers --------------------------------------------------------------------------------------


def starter() -> Files:
    return {
        path.relative_to(STARTER).as_posix(): path.read_bytes()
        for path in sorted(STARTER.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


def after(exercise: str | None) -> Files:
    """Return the files of a project in which everything up to an exercise is answered."""
    files = starter()
    for name in NAMES[: NAMES.index(exercise) + 1] if exercise else []:
        make(files, answers()[name].edits)
    return files


def make(files: Files, edits: tuple[Edit, ...] | list[Edit]) -> Files:
    for edit in edits:
        if edit.moved_to:
            files[edit.moved_to] = files.pop(edit.path)
        else:
            files[edit.path] = edit.text.encode()
    return files


def answered_so_far() -> Iterator[State]:
    for number, name in enumerate([None, *NAMES]):
        yield State(f"answered up to {name}", after(name))
        if number % 3 == 0:
            yield State(f"answered up to {name}, then past the marts", after(name), len(NAMES))


# -- mistakes, and other right ways ------------------------------------------------------------------------


def in_place(files: Files, edits: tuple[Edit, ...]) -> Files:
    """Make edits; a model of theirs takes the place of the one of that name, wherever that lies."""
    for edit in edits:
        if edit.path.endswith(".sql") and not edit.moved_to:
            for path in [path for path in files if PurePosixPath(path).name == PurePosixPath(edit.path).name]:
                del files[path]
    return make(files, edits)


def with_mistakes() -> Iterator[State]:
    for exercise, folder in reference().mistake_folders.items():
        known = list(read_misconceptions(folder).items())
        every = 3 if exercise in NAMES[5:] else 6
        for number, (name, mistake) in enumerate(known):
            if number % every == 0 and mistake.edits:
                yield State(f"{exercise}, mistake {name}", attempt(exercise, mistake), reach(exercise))


def reach(exercise: str) -> int:
    """Return how many exercises there are up to this one: those of group 1 all together."""
    return max(NAMES.index(exercise) + 1, NAMES.index("tests"))


def attempt(exercise: str, written: Misconception) -> Files:
    base = "customers" if NAMES.index(exercise) < 5 else exercise
    return in_place(after(base), written.edits)


def with_other_right_ways() -> Iterator[State]:
    for folder in sorted((ROOT / "tests/alternatives").iterdir()):
        exercise = folder.name
        every = 4 if exercise in NAMES[5:] else 9
        for number, (name, written) in enumerate(read_misconceptions(folder).items()):
            if number % every == 0:
                yield State(f"{exercise}, right way {name}", attempt(exercise, written), reach(exercise))


# -- other names -------------------------------------------------------------------------------------------


def under_other_names() -> Iterator[State]:
    tests, sources, docs = (after(name) for name in ("tests", "sources", "docs"))
    jaffle, stripe = "models/staging/stg_jaffle_shop.yml", "models/staging/stg_stripe.yml"
    src_jaffle, src_stripe = "models/staging/src_jaffle_shop.yml", "models/staging/src_stripe.yml"
    yield State("tests in one schema.yml", merged(tests, "models/schema.yml", jaffle, stripe))
    yield State("tests in _models.yml", merged(tests, "models/staging/_models.yml", jaffle, stripe))
    yield State("half of the tests in schema.yml", without(merged(tests, "models/schema.yml", jaffle), stripe))
    yield State(
        "one test missing in schema.yml", lacking(merged(tests, "models/schema.yml", jaffle, stripe), "not_null")
    )
    yield State("no relationships in schema.yml", lacking(merged(tests, "models/schema.yml", jaffle, stripe), "unique"))
    yield State("sources in one file", merged(sources, "models/sources.yml", src_jaffle, src_stripe))
    yield State("sources in a subfolder", merged(sources, "models/sources/all.yaml", src_jaffle, src_stripe))
    yield State("one of two sources", without(merged(sources, "models/sources.yml", src_jaffle), src_stripe))
    half = without(merged(sources, "models/sources.yml", src_jaffle), src_stripe)
    half["models/staging/stg_payments.sql"] = after("customers")["models/staging/stg_payments.sql"]
    yield State("half of the sources, and payments on raw", half)
    fresh = merged(sources, "models/sources.yml", src_jaffle, src_stripe)
    fresh["models/sources.yml"] = re.sub(
        rb"        config:\n(          .*\n)+", b"", fresh["models/sources.yml"], count=1
    )
    yield State("no freshness in sources.yml", fresh)
    everything = merged(docs, "models/schema.yml", jaffle, stripe, src_jaffle, src_stripe)
    yield State("everything in one schema.yml", dict(everything))
    yield State("docs in docs.md", renamed(docs, "models/staging/jaffle_shop.md", "models/docs.md"))
    unused = renamed(docs, "models/staging/jaffle_shop.md", "models/docs.md")
    unused[src_jaffle] = unused[src_jaffle].replace(b"            description: \"{{ doc('order_status') }}\"\n", b"")
    yield State("docs in docs.md, not used", unused)
    wrong = renamed(docs, "models/staging/jaffle_shop.md", "models/all_docs.md")
    wrong["models/all_docs.md"] = (
        b"# Ours\n\n{% docs order_status %}\nTODO\n{% enddocs %}\n\n{% docs mine %}\nx\n{% enddocs %}\n"
    )
    yield State("a block that says nothing, beside another one", wrong)
    for exercise in ("tests", "sources", "docs"):
        moved = {path.replace("models/staging/", "models/base/"): text for path, text in after(exercise).items()}
        yield State(f"staging in a folder base after {exercise}", moved)
    mine = {"models/schema.yml": b"version: 2\nmodels:\n  - name: stg_orders # mine\n    description: All orders\n"}
    yield State("only a description in schema.yml", after("customers") | mine)
    raw = b"version: 2\nsources:\n  - name: stripe\n    database: raw\n    tables:\n      - name: payment # mine\n"
    yield State("a source without tests", after("tests") | {"models/sources.yml": raw})
    other = raw.replace(b"name: stripe", b"name: pay\n    schema: stripe")
    payments = answers()["sources"].edits[-1].text.replace("'stripe'", "'pay'").encode()
    named = {"models/sources.yml": other, "models/staging/stg_payments.sql": payments}
    yield State("a source under another name", after("tests") | named)


def merged(files: Files, target: str, *paths: str) -> Files:
    """Return the files with the YAML of some in one."""
    files = dict(files)
    texts = [files.pop(path).decode() for path in paths]
    parts: dict[str, str] = {}
    for text in texts:
        for key, body in re.findall(r"^(models|sources):\n((?:\s+.*\n|\n)+)", text, re.MULTILINE):
            parts[key] = parts.get(key, "") + body
    files[target] = ("version: 2\n# mine\n" + "".join(f"\n{key}:\n{body}" for key, body in parts.items())).encode()
    return files


def renamed(files: Files, old: str, new: str) -> Files:
    files = dict(files)
    files[new] = files.pop(old)
    return files


def without(files: Files, *paths: str) -> Files:
    return {path: text for path, text in files.items() if path not in paths}


def lacking(files: Files, test: str) -> Files:
    files["models/schema.yml"] = files["models/schema.yml"].replace(f"          - {test}\n".encode(), b"", 1)
    return files


# -- half moves --------------------------------------------------------------------------------------------


def half_moved() -> Iterator[State]:
    edits = answers()["marts"].edits
    for number in range(1, len(edits)):
        files = make(after("docs"), edits[:number])
        yield State(f"the first {number} moves", files, reach("tests"))
        if number % 4 == 0:
            yield State(f"the first {number} moves, then past the marts", dict(files), len(NAMES))
    chance = random.Random(1)
    for number in range(12):
        base = chance.choice(NAMES[4:8])
        files = after(base)
        for old, new in moves().items():
            if old in files and chance.random() < 0.5:
                files[new] = files.pop(old)
        if chance.random() < 0.3:
            files = {path: text.replace(b"ref('orders')", b"ref('fct_orders')") for path, text in files.items()}
        yield State(f"half moved by chance, {number}", files, reach(NAMES[4 + number % 5]))
    own = after("customers")
    own["models/marts/core/fct_orders.sql"] = own.pop("models/orders.sql") + b"-- mine\n"
    own["models/customers.sql"] += b"-- mine\n"
    yield State("orders are fct_orders, and customers still read orders", dict(own))
    own["models/schema.yml"] = (
        b"models:\n  - name: orders\n    columns:\n      - name: order_id\n        tests: [unique]\n"
    )
    yield State("orders are fct_orders, and YAML still describes orders", dict(own))
    both = after("customers")
    both["models/marts/core/fct_orders.sql"] = both["models/orders.sql"] + b"-- mine\n"
    yield State("orders and fct_orders, both", dict(both))
    yield State("orders and fct_orders, both, then past the marts", both, len(NAMES))


# -- extra files -------------------------------------------------------------------------------------------

EXTRAS: dict[str, bytes] = {
    "models/mine.sql": b"select order_id, amount from {{ ref('orders') }}\n",
    "models/marts/finance/revenue.sql": b"select sum(amount) as revenue from {{ ref('orders') }}\n",
    "models/raw_too.sql": b"select id from raw.jaffle_shop.customers\n",
    "models/int_ephemeral.sql": b"{{ config(materialized='ephemeral') }}\n"
    b"select order_id from {{ ref('stg_orders') }}\n",
    "models/grows.sql": b"{{ config(materialized='incremental', unique_key='order_id') }}\n"
    b"select * from {{ ref('stg_orders') }}\n"
    b"{% if is_incremental() %} where order_date > (select max(order_date) from {{ this }}) {% endif %}\n",
    "macros/cents.sql": b"{% macro cents(column) %}{{ column }} / 100{% endmacro %}\n",
    "tests/no_order_below_zero.sql": b"select * from {{ ref('stg_orders') }} where order_id < 0\n",
    "seeds/colours.csv": b"id,colour\n1,red\n",
    "analyses/look.sql": b"select * from {{ ref('stg_orders') }}\n",
    "models/exposures.yml": b"exposures:\n  - name: report\n    type: dashboard\n    owner: {email: a@b.c}\n"
    b"    depends_on: [\"ref('stg_orders')\"]\n",
    "models/overview.md": b"# Read me\n",
    "models/staging/README.txt": b"mine\n",
    "models/described.yml": b"models:\n  - name: mine\n    columns: [{name: order_id, tests: [unique]}]\n",
}

BROKEN: dict[str, bytes] = {
    "models/docs.md": b"{% docs a %}\nnever closed\n",
    "models/twice.md": b"{% docs a %}x{% enddocs %}\n{% docs a %}y{% enddocs %}\n",
    "models/sub/again.md": b"{% docs order_status %}\nmine: placed shipped\n{% enddocs %}\n",
    "models/bracket.sql": b"select * from {{ ref('stg_orders' }}\n",
    "models/if.sql": b"{% if true %} select 1\n",
    "models/no_macro.sql": b"select {{ nothing_of('x') }} as a\n",
    "models/to_nothing.sql": b"select * from {{ ref('gone') }}\n",
    "models/no_source.sql": b"select * from {{ source('a', 'b') }}\n",
    "models/itself.sql": b"select * from {{ ref('itself') }}\n",
    "models/nonsense.sql": b"{{ config(materialized='nonsense') }} select 1 as a\n",
    "models/alias.sql": b"{{ config(alias='stg_orders') }} select 1 as a\n",
    "models/empty.sql": b"",
    "models/conflict.sql": b"<<<<<<< HEAD\nselect 1\n=======\nselect 2\n>>>>>>> mine\n",
    "models/does_not_run.sql": b"select nothing from {{ ref('stg_orders') }}\n",
    "models/two.sql": b"select 1 as a; select 2 as a\n",
    "models/sub/stg_orders.sql": b"select 1 as a\n",
    "models/sub/orders.sql": b"select 1 as a\n",
    "models/tab.yml": b"models:\n\t- name: x\n",
    "models/list.yml": b"- a\n- b\n",
    "models/text.yml": b"just text",
    "models/no_list.yml": b"models: stg_orders\n",
    "models/names_only.yml": b"models:\n  - stg_orders\n",
    "models/no_name.yml": b"models:\n  - nam: stg_orders\n",
    "models/columns.yml": b"models:\n  - name: stg_orders\n    columns: x\n",
    "models/twice.yml": b"models:\n  - name: stg_orders\n  - name: stg_orders\n",
    "models/key_twice.yml": b"models:\n  - name: stg_orders\n    name: x\n",
    "models/no_doc.yml": b"models:\n  - name: stg_orders\n    description: \"{{ doc('gone') }}\"\n",
    "models/bare_doc.yml": b"models:\n  - name: stg_orders\n    description: {{ doc('gone') }}\n",
    "models/no_test.yml": b"models:\n  - name: stg_orders\n    columns:\n"
    b"      - name: status\n        data_tests: [nonsense]\n",
    "models/off.yml": b"models:\n  - name: stg_orders\n    config: {enabled: false}\n",
    "models/exposure.yml": b"exposures:\n  - name: x\n",
    "models/exposed.yml": b"exposures:\n  - name: x\n    type: dashboard\n    owner: {email: a@b.c}\n"
    b"    depends_on: [\"ref('gone')\"]\n",
    "models/argument.yml": b"models:\n  - name: stg_orders\n    columns:\n      - name: status\n        data_tests:\n"
    b"          - accepted_values:\n              arguments: {values: 3, foo: 4}\n",
    "models/unit.yml": b"unit_tests:\n  - name: a\n    model: gone\n    given: []\n    expect: {rows: []}\n",
    "models/metric.yml": b"metrics:\n  - name: a\n",
    "models/semantic.yml": b"semantic_models:\n  - name: a\n    model: ref('gone')\n",
    "models/relation.yml": b"models:\n  - name: stg_orders\n    columns:\n      - name: status\n        data_tests:\n"
    b"          - relationships: {to: ref('gone'), field: x}\n",
    "models/table_twice.yml": b"sources:\n  - name: a\n    tables: [{name: b}, {name: b}]\n",
    "models/group.yml": b"groups:\n  - name: a\n",
    "models/contract.yml": b"models:\n  - name: stg_orders\n    config: {contract: {enforced: true}}\n",
    "models/fails.yml": b"models:\n  - name: stg_orders\n    columns:\n"
    b"      - name: customer_id\n        tests: [unique]\n",
    "models/binary.sql": b"\xff\xfe\x00\x80" * 10,
    "models/binary.yml": b"\xff\xfe\x00\x80" * 10,
    "models/sixteen.sql": "select 1".encode("utf-16"),
    "models/large.yml": b"# " + b"x" * 2_000_000,
    "models/python.py": b"def model(dbt, session):\n  return (\n",
    "models/no_model.py": b"x = 1\n",
    "models/a space.sql": b"select 1 as a\n",
    "macros/open.sql": b"{% macro a() %}\nselect\n",
    "macros/twice.sql": b"{% macro a() %}1{% endmacro %}{% macro a() %}2{% endmacro %}",
    "macros/ref.sql": b"{% macro ref(x) %}nonsense{% endmacro %}",
    "macros/schema.sql": b"{% macro generate_schema_name(a, b) %}{{ nonsense.x.y }}{% endmacro %}",
    "snapshots/open.sql": b"{% snapshot a %}\nselect 1\n",
    "snapshots/half.sql": b"{% snapshot a %}\n{{ config(strategy='check') }} select 1 as id\n{% endsnapshot %}",
    "seeds/stg_orders.csv": b"a,b\n1,2\n",
    "tests/to_nothing.sql": b"select * from {{ ref('gone') }}\n",
    "tests/open.sql": b"select * from {{ ref('stg_orders') \n",
    "tests/fails.sql": b"select * from {{ ref('stg_orders') }}\n",
    "tests/generic/unique.sql": b"{% test unique(model, column_name) %}select 1 as a{% endtest %}",
    "tests/generic/open.sql": b"{% test a(model) %}select 1",
    "analyses/open.sql": b"select {{ \n",
    "packages.yml": b"packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.0.0\n",
    "dependencies.yml": b"projects: [x\n",
    "selectors.yml": b"selectors: [x\n",
    "dbt_project.yml": b"name: x y\nprofile: jaffle_shop\n",
    "models/staging/stg_orders.sql": b"select id as order_id from raw.jaffle_shop.orders\n",
    "models/staging/stg_customers.sql": b"select * from {{ ref('stg_orders' }}\n",
    "models/customers.sql": b"select * from {{ ref('fct_orders') }} join {{ ref('orders') }} using (order_id)\n",
}
SETTINGS = {
    "all models off": b"    +materialized: table\n    +enabled: false\n",
    "all models ephemeral": b"    +materialized: ephemeral\n",
    "tags": b"    +materialized: table\n    +tags: [mine]\n",
}


def with_extras() -> Iterator[State]:
    for number, (path, content) in enumerate(EXTRAS.items()):
        yield State(f"with {path}", after("customers") | {path: content}, reach("tests" if number % 3 else "sources"))
    yield State("with all extras", after("docs") | EXTRAS)
    yield State("with all extras, then past the marts", after("docs") | EXTRAS, len(NAMES))


def with_broken_extras() -> Iterator[State]:
    bases = ("customers", None, "customers", "docs", None, "tests")
    for number, (path, content) in enumerate(BROKEN.items()):
        base = bases[number % len(bases)]
        yield State(f"broken {path} after {base}", after(base) | {path: content}, reach(base or "stg_payments"))
    for name, lines in SETTINGS.items():
        files = after("tests")
        files["dbt_project.yml"] = files["dbt_project.yml"].replace(b"    +materialized: table\n", lines)
        yield State(f"settings: {name}", files)
    for number in range(3):
        chance = random.Random(number)
        several = dict(chance.sample(sorted(BROKEN.items()), 5))
        yield State(f"five broken files, {number}", after(chance.choice(NAMES)) | several, reach(NAMES[number + 2]))


# -- by chance ---------------------------------------------------------------------------------------------


def at_random() -> Iterator[State]:
    """Some exercises answered in some right way, some wrong, some not, with extra files."""
    ways = {
        folder.name: list(read_misconceptions(folder).values())
        for folder in sorted((ROOT / "tests/alternatives").iterdir())
    }
    for number in range(12):
        chance = random.Random(100 + number)
        files = starter()
        for name in NAMES[: chance.randint(2, 8)]:
            mistakes = [each for each in reference().mistakes_of(name).values() if each.edits]
            kind = chance.choice(["answer", "answer", "way", "way", "mistake", "nothing"])
            if kind == "way" and ways.get(name):
                in_place(files, chance.choice(ways[name]).edits)
            elif kind == "mistake" and mistakes:
                in_place(files, chance.choice(mistakes).edits)
            elif kind != "nothing":
                make(files, [edit for edit in answers()[name].edits if edit.path in files or not edit.moved_to])
        files |= dict(chance.sample(sorted(EXTRAS.items()), 2))
        if chance.random() < 0.4:
            files |= dict(chance.sample(sorted(BROKEN.items()), 1))
        yield State(f"by chance, {number}", files, chance.choice([3, 4, 5, 5, 6, 7, 8, 9]))
