"""`workshop room`: who is where, from whatever a chat was saved as."""

import re
import time
from argparse import Namespace
from pathlib import Path

import pytest

from workshop.__main__ import main
from workshop.classroom.chat import clean_name, read_chat, read_messages
from workshop.classroom.people import Room, room_of_chat
from workshop.classroom.room import run_room
from workshop.classroom.room_page import page, table
from workshop.dbt_project.files import create_project
from workshop.judging.verdict import NOT_YET, PASSED
from workshop.places import STARTER

LATER = "orders: not started; customers: not started"
TWO_DONE = f"WG1 2/5: inspect_payments, stg_payments done; grain: not yet (many_to_one); {LATER}"
ONE_DONE = f"WG1 1/5: inspect_payments done; stg_payments: does not run; grain: not started; {LATER}"


def names_in(text: str) -> list[str]:
    return [person.name for person in room_of_chat(text).people]


# -- forms of a chat -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        (f"19:02:11\t From Ana Lima to Everyone:\n\t{TWO_DONE}\n19:05:11\t From Bo to Everyone:\n\thello", 180),
        (f"19:02:11 From  Ana Lima : {TWO_DONE}\n19:02:50 From  Bo : hello", 39),
        (f"From Ana Lima to Everyone: 19:02\n{TWO_DONE}\nFrom Bo to Everyone: 20:32\nhello", 5400),
        (f"From Ana Lima to Everyone: 11:58 PM\n{TWO_DONE}\nFrom Bo to Everyone: 12:01 AM\nhello", 180),
        (f"Ana Lima to Everyone 7:02 PM\n{TWO_DONE}\n", 0),
        (f"19:02:11\t From  Ana Lima  to  Me(Direct Message) : {TWO_DONE}", 0),
        (f"19:02:11 From Ana Lima to Bo (direct message):\r\n\t{TWO_DONE}\r\n", 0),
        (f"00:58:04\tAna Lima:\t{TWO_DONE}\n00:59:04\tBo:\tI go to lunch at 12:30", 60),
        (
            "2026-01-05 19:02:11 From Ana Lima to Everyone:\n\thi, see below: thanks\n\n"
            f"\t{TWO_DONE.replace(' grain', chr(10) + 'grain')}\n",
            0,
        ),
        (f'19:02:11 From Ana Lima to Everyone:\n\tReplying to "{ONE_DONE[:40]}..."\n\n\t{TWO_DONE}\n', 0),
        (f"Ana Lima: {TWO_DONE}", None),
        (f"see you at 12:30\n- Ana Lima : “{TWO_DONE}”\nback to work 12:30", None),
    ],
)
def test_each_form_of_a_chat(text: str, heard: int | None) -> None:
    [person] = room_of_chat(text).people
    assert (person.name, person.heard) == ("Ana Lima", heard)
    assert [step.outcome for step in person.steps.values()][:3] == [PASSED, PASSED, NOT_YET]


def test_lines_without_a_name_are_somebody() -> None:
    assert names_in(f"{TWO_DONE}\n\n{ONE_DONE}\nAna: {ONE_DONE}\n") == ["Ana", "somebody, line 1", "somebody, line 3"]


def test_the_next_groups_line_belongs_to_the_one_above() -> None:
    [person] = room_of_chat(f"Ana: {TWO_DONE}\nWG2 1/5: sources done").people
    assert {"inspect_payments", "sources"} <= person.steps.keys()


def test_a_quotation_is_not_the_quoters_own() -> None:
    reaction = f'\tReacted to "{TWO_DONE}" with 👍\n'
    chat = f"19:02:11 From Ana to Everyone:\n\t{ONE_DONE}\n19:03:00 From Bo to Everyone:\n{reaction}"
    assert names_in(chat) == ["Ana"]
    assert names_in(chat.replace("Reacted to", "Replying to").replace(" with 👍", "\n\n\tgreat")) == ["Ana"]


def test_the_last_line_of_each_group_counts() -> None:
    [person] = room_of_chat(f"Ana: {ONE_DONE}\nana: {TWO_DONE}\nANA: WG2 0/5: sources: not started\n").people
    assert person.name == "Ana" and not person.remarks
    assert person.steps["stg_payments"].outcome == PASSED and "sources" in person.steps


def test_what_the_last_line_does_not_name_is_not_kept() -> None:
    [ana] = room_of_chat(f"Ana: {TWO_DONE}\n\nAna: WG1 1/5: inspect_payments done\n").people
    assert list(ana.steps) == ["inspect_payments"]


def test_remarks() -> None:
    [ana, bo] = room_of_chat(f"Ana: {TWO_DONE}\nAna: {ONE_DONE}\nBo: WG1 1/5: time_travel done; grain: not yet").people
    assert ana.remarks == ["name used twice?"] and bo.remarks == ["another version of the workshop?"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_bytes(f"19:02:11 From José Ñandú : {ONE_DONE}".encode(encoding))
    assert names_in(read_chat(tmp_path / "chat.txt")) == ["José Ñandú"]


def test_utf_16_the_other_way_round_and_half_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"\xfe\xff" + f"José: {ONE_DONE}".encode("utf-16-be"))
    assert names_in(read_chat(path)) == ["José"]
    path.write_bytes(f"José: {ONE_DONE} é".encode()[:-1])
    assert names_in(read_chat(path)) == ["José"]


# -- names nobody can trust ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<script>x</script>", "<script>x</script>"),
        ("A\u202enna\x1b[31m\x07", "Anna [31m"),
        ("A\tB\u2028C", "A B C"),
        ("a" * 99, "a" * 39 + "…"),
        ("\u200b", ""),
    ],
)
def test_names_are_cleaned(name: str, shown: str) -> None:
    assert clean_name(name) == shown


def test_the_page_escapes_and_needs_nothing_from_elsewhere() -> None:
    room = room_of_chat(
        f"<img src=x onerror=alert(1)>\"'&: {ONE_DONE}\n\u202eevil: WG1 0/1: grain: not yet (unheard_of)"
    )
    html = page(room, 2)
    assert "&lt;img src=x onerror=alert(1)&gt;" in html and "<img" not in html and "\u202e" not in html
    assert not re.search(r"https?:|<script|<link|url\(|@import|\bsrc=(?!x )", html)
    assert "unheard_<wbr>of" in html and '<meta http-equiv="refresh" content="2">' in html
    assert 'http-equiv="refresh"' not in page(room)


# -- what is shown ---------------------------------------------------------------------------------------------


def test_the_table() -> None:
    lines = table(room_of_chat(f"19:02:11 From Ana : {TWO_DONE}\n19:09:12 From 王芳 : {ONE_DONE}\n")).splitlines()
    assert lines[0].split() == [
        "WG1",
        "inspect_payments",
        "stg_payments",
        "grain",
        "orders",
        "customers",
        "heard",
        "of",
    ]
    assert re.split(r"  +", lines[1]) == ["Ana", "done", "done", "not yet", "not started", "not started", "7 min ago"]
    assert re.split(r"  +", lines[2])[::2] == ["王芳", "does not run", "not started", "now"]
    assert lines[3].startswith("done  2 of 2") and lines[4] == "most frequent at grain: many_to_one (1)"


def test_a_cell_is_coloured_and_worded_by_its_outcome() -> None:
    html = page(room_of_chat(f"Ana: {TWO_DONE}"))
    assert html.count('<td class="passed">done</td>') == 2 and '<td class="not_yet">not yet<small>' in html
    assert "<td>1 of 1</td>" in html and "<b>1×</b>" in html and "<td>unknown</td>" in html


def test_an_empty_room_says_so() -> None:
    for shown in (table(Room([])), page(Room([])), table(room_of_chat("hello\n\n"))):
        assert "Nobody has checked in yet" in shown


def test_a_thousand_people_take_less_than_a_second() -> None:
    chat = "".join(
        f"19:{number // 60 % 60:02}:{number % 60:02} From Ana {number} to Everyone:\n\t{TWO_DONE}\n"
        for number in range(1000)
    )
    began = time.process_time()  # not the wall clock: other tests run beside this one
    room = room_of_chat(chat)
    assert len(room.people) == 1000 and page(room) and table(room)
    assert time.process_time() - began < 1


# -- the command -----------------------------------------------------------------------------------------------


SAME, GONE = "as it was", "gone"


def watched(path: Path, steps: list[bytes | str], capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Return the names shown after each state of the file."""
    left, shown = list(steps), []

    def next_state(_: float) -> None:
        shown.append(re.findall(r"^(A\w+|B\w+) ", capsys.readouterr().out, re.MULTILINE))
        if not left:
            raise KeyboardInterrupt
        state = left.pop(0)
        if state == GONE:
            path.unlink()
        elif state != SAME:
            path.write_bytes(state)

    assert run_room(Namespace(chat=path, html=None, watch=True, projects=None, trust=False), wait=next_state) == 0
    return shown


def test_watching_follows_a_file_that_grows_goes_and_is_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chat.txt"
    ana, bo = f"Ana: {ONE_DONE}\n".encode(), f"Bob: {TWO_DONE}\n".encode()
    path.write_bytes(ana)
    states = [SAME, ana + bo, b"", GONE, bo]
    assert watched(path, states, capsys) == [["Ana"], [], ["Ana", "Bob"], [], [], ["Bob"]]


def test_watching_takes_half_a_line_only_when_nothing_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chat.txt"
    ana, bo = f"Ana: {ONE_DONE}\n".encode(), f"Bob: {TWO_DONE}".encode()
    path.write_bytes(ana + bo)
    assert watched(path, [SAME], capsys) == [["Ana"], ["Ana", "Bob"]]


def test_the_page_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "chat.txt").write_text(f"Ana: {ONE_DONE}", encoding="utf-8")
    assert main(["room", str(tmp_path / "chat.txt"), "--html", str(tmp_path / "room.html")]) == 0
    assert "Ana" in capsys.readouterr().out
    assert (tmp_path / "room.html").read_text(encoding="utf-8").endswith("</html>\n") and len(
        list(tmp_path.iterdir())
    ) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Which chat?"),
        (["nowhere.txt"], "There is no file nowhere.txt"),
        (["nowhere.txt", "--watch"], "There is no file nowhere.txt"),
        (["--projects", "nowhere"], "nowhere is not a folder"),
        (["--projects", ".", "--watch"], "--watch follows a chat"),
        (["--projects", "."], "none has a dbt_project.yml"),
        (["chat.txt", "--html", "nowhere/room.html"], "There is no folder nowhere"),
    ],
)
def test_bad_use_is_a_sentence(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chat.txt").write_text("hello")
    assert main(["room", *words]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and shown.out == "" and "Traceback" not in shown.err


def test_a_folder_of_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create_project(tmp_path / "ana" / "jaffle_shop", STARTER)
    (tmp_path / "bo").mkdir()
    (tmp_path / "bo" / "dbt_project.yml").write_text("name: [", encoding="utf-8")
    (tmp_path / "no project").mkdir()
    assert main(["room", "--trust", "--projects", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^ana +not started", shown, re.MULTILINE) and re.search(
        r"^bo .*does not run", shown, re.MULTILINE
    )


def test_a_project_that_cant_be_judged_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create_project(tmp_path / "ana", STARTER)
    monkeypatch.setattr("workshop.classroom.grading.Work", lambda *_, **__: 1 / 0)
    assert main(["room", "--trust", "--projects", str(tmp_path)]) == 0
    assert "ana: This project can't be judged: ZeroDivisionError" in capsys.readouterr().out


def test_messages_keep_their_line() -> None:
    assert [(message.line, message.name) for message in read_messages("hi\n\nAna: WG1 x\n")] == [(3, "Ana")]
