"""No chat stops the room, whatever people paste."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from workshop.classroom.people import room_of_chat
from workshop.classroom.room_page import page, table
from workshop.course.groups import EXERCISES

NAMES = [exercise.name for exercise in EXERCISES]
PIECES = [
    "19:02:11 From Ana to Everyone:",
    "19:02:11\t From  Bo : ",
    "Ana to Everyone 7:02 PM",
    "From Ana to Everyone: 25:99",
    "99:99 x:",
    "Ana:",
    "WG1 2/5:",
    "wg 2",
    "WG999",
    "wg٣ 1/5:",
    ", ".join(NAMES[:2]) + " done;",
    f"{NAMES[0]}: not yet ({NAMES[1]})",
    f"{NAMES[2]}: does not run",
    'Replying to "WG1',
    "Reacted to “x”",
    "> ",
    "\u202e\u200b",
    "\ud800",
    "\x00",
    "\n",
    "\r",
    "\u2028",
]
CHATS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=25).map(" ".join) | st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=25
).map("\n".join)


@settings(max_examples=400, deadline=None, derandomize=True)
@example("hello\nWG1 1/5: grain done")
@example("\n x\nWG2 1/5: tests done\nWG1")
@given(CHATS)
def test_no_chat_stops_the_room(chat: str) -> None:
    room = room_of_chat(chat)
    assert table(room) and page(room)
    assert all(person.name and person.steps.keys() <= set(NAMES) for person in room.people)


def test_a_first_line_that_names_nobody_is_nobody_s() -> None:
    [person] = room_of_chat("hello\nWG1 1/5: grain done").people
    assert person.name == "somebody, line 2" and list(person.steps) == ["grain"]
