"""A saved chat as messages: who said what, and when. Names are cleaned, as anybody may call themselves anything."""

import codecs
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from workshop.classroom.check_in import INVISIBLE

LONGEST_NAME = 40
DAY = 24 * 60 * 60


@dataclass
class Message:
    """One message.

    name: as the sender called themselves, cleaned; "" where nobody is named
    at: seconds since the midnight before the chat began, or None
    line: the number of its first line in the file
    """

    name: str
    at: int | None
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def read_messages(text: str) -> list[Message]:
    """Return the messages of a chat saved by Zoom, or of lines pasted together, such as "Ana: WG1 ..."."""
    found: list[Message] = []
    in_zoom, above, group = False, "", 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if header := zoom_header(line):
            in_zoom = True
            found.append(Message(clean_name(header["name"]), seconds_of(header), number, [header["text"] or ""]))
        elif in_zoom:
            found[-1].lines.append(line)
        elif pasted := PASTED.match(INVISIBLE.sub("", line)):
            if pasted["name"] or not found or not above.strip() or int(pasted["group"]) <= group:
                found.append(Message(clean_name(pasted["name"] or ""), None, number))
            found[-1].lines.append(pasted["text"])  # the line of the next group belongs to whoever wrote the one above
            group = int(pasted["group"])
        elif line.strip() and found:
            found[-1].lines.append(line)  # a line that the chat has wrapped
        above = line
    for message in found:
        message.lines = without_quotations(message.lines)
    count_days(found)
    return found


def read_chat(path: Path) -> str:
    """Return a chat's text in whichever encoding it was saved. Raises OSError."""
    content = path.read_bytes()
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # the file is being written: the last letter is half there
            return content[: error.start].decode("utf-8")
        return content.decode("cp1252", errors="replace")


def clean_name(name: str) -> str:
    """Return a name on one line, without characters that can't be seen or turn the text around, cut if very long."""
    name = unicodedata.normalize("NFC", INVISIBLE.sub("", name))
    name = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in name)
    name = " ".join(name.split())
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


# -- how a line begins a message -------------------------------------------------------------------------------

TIME = (
    r"(?:\d{4}-\d\d-\d\d\s+)?(?P<hours>[0-9]{1,2}):(?P<minutes>[0-9]{2})(?::(?P<seconds>[0-9]{2}))?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
WHOM = r"(?P<name>.{1,200}?)(?:\s+to\s+.{1,200}?)?(?:\s?\((?:direct message|privately)\))?"
ZOOM_HEADERS = (
    # 19:02:11 From Ana Lima to Everyone:        and the text behind it or below
    # 19:02:11 From  Ana Lima : text
    re.compile(rf"\s*{TIME}\s+from\s+{WHOM}\s*:(?:\s+(?P<text>.*))?$", re.IGNORECASE),
    # From Ana Lima to Everyone: 19:02           and the text below
    re.compile(rf"\s*from\s+(?P<name>.{{1,200}}?)\s+to\s+.{{1,200}}?\s*:?\s+{TIME}(?P<text>)$", re.IGNORECASE),
    # Ana Lima to Everyone 7:02 PM
    re.compile(rf"\s*(?P<name>.{{1,200}}?)\s+to\s+everyone\s*:?\s+{TIME}(?P<text>)$", re.IGNORECASE),
    # 19:02:11<tab>Ana Lima:<tab>text
    re.compile(rf"\s*{TIME}\s+(?P<name>.{{1,200}}?)\s*:(?:\s+(?P<text>.*))?$", re.IGNORECASE),
)
# Ana: WG1 ..., or a line that begins with a check-in and names nobody
PASTED = re.compile(
    r"[\s>*•-]*(?:(?P<name>[^\s:][^:]{0,200}?)\s*:)?[\s\"“'*]*(?P<text>wg\s?(?P<group>[0-9]{1,3})\b.*)$", re.IGNORECASE
)
QUOTED = re.compile(r"\s*(?:replying to|reacted to|removed a .{1,30} reaction from)\s*[\"“]", re.IGNORECASE)


def zoom_header(line: str) -> re.Match[str] | None:
    if not any(letter.isdigit() for letter in line[:40] + line[-20:]):
        return None
    return next((match for pattern in ZOOM_HEADERS if (match := pattern.match(line[:20000]))), None)


def seconds_of(header: re.Match[str]) -> int | None:
    hours, minutes, seconds = int(header["hours"]), int(header["minutes"]), int(header["seconds"] or 0)
    if header["half"]:
        hours = hours % 12 + (12 if header["half"].lower() == "p" else 0)
    return hours * 3600 + minutes * 60 + seconds if hours < 100 and minutes < 60 and seconds < 60 else None


def count_days(messages: list[Message]) -> None:
    """Let the clock go on behind midnight."""
    days, before = 0, None
    for message in messages:
        if message.at is not None:
            if before is not None and message.at < before - DAY // 2:
                days += DAY
            before = message.at
            message.at += days


def without_quotations(lines: list[str]) -> list[str]:
    """Return a message without what Zoom repeats of another one in a reply or a reaction."""
    kept, quoting = [], False
    for line in lines:
        if QUOTED.match(line):
            quoting = line.count('"') + line.count("“") + line.count("”") < 2
        elif quoting:
            quoting = '"' not in line and "”" not in line
        else:
            kept.append(line)
    return kept
