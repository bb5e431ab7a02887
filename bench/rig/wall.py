"""Walls as the function leaves them on the volume, made without the function."""

import json
import secrets
import time

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# The highest value that the configuration allows. Up to twice as many messages stay in the log.
KEPT = 10_000
SENTENCES = "People write two or three sentences, as here. Some of them end with a question, don't they?"


def make(folder, messages):
    """Makes the directory of a wall with so many messages."""
    folder.mkdir(parents=True)
    begun = int(time.time() * 1000) - messages
    lines = [{"wall": ulid(begun), "start": 0}, *(record(begun + number, number) for number in range(messages))]
    (folder / "content").write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    (folder / "config.json").write_text(json.dumps({"keep_messages": KEPT}))
    return folder


def record(millis, number):
    """Returns a message as it is stored."""
    moment = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(millis / 1000))}.{millis % 1000:03}Z"
    text = f"Message {number} of the wall. {SENTENCES}"
    return {"id": ulid(millis), "received": moment, "at": moment, "author": "Ann", "text": text}


def ulid(millis):
    """Returns a new ULID of a time."""
    value = millis << 80 | secrets.randbits(80)
    return "".join(DIGITS[value >> shift & 31] for shift in range(125, -1, -5))


def texts(folder):
    """Returns the texts of all messages that were ever on a wall: those of its log and of the logs in `trash/`."""
    found = {}
    for log in [folder / "content", *(folder / "trash").glob("*")]:
        for line in log.read_bytes().splitlines() if log.is_file() else []:
            if line.startswith(b'{"id":'):
                message = json.loads(line)
                found[message["id"]] = message["text"]
    return list(found.values())
