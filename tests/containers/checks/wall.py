"""One environment: the page, the blog's API, an event, a post from the page."""

import json
import subprocess
import threading
import urllib.request

from .report import equal, eventually, require
from .stack import get, post

TRANSCRIPT = [
    ([], "No message yet."),
    (["-X", "POST", "-H", "Content-Type: text/plain", "-d", "Hello from EFS!"], "Hello from EFS!\n"),
    (["-X", "POST", "-H", "Content-Type: text/plain", "-d", "Hello again :)"], "Hello from EFS!\nHello again :)\n"),
    ([], "Hello from EFS!\nHello again :)\n"),
    (["-X", "DELETE"], "Messages deleted."),
    ([], "No message yet."),
]

EVENT = {
    "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "source": "messagewall",
    "detail-type": "Config Change Requested", "account": "123456789012", "time": "2026-11-23T18:00:00Z",
    "region": "us-east-1", "resources": [],
    "detail": {"patch": {"title": "Container wall", "keep_messages": 10000}},
}


def check(report, stack):
    with report.check("the page is served"):
        require("<html" in get(f"{stack.wall}/"), "no page")
    with report.check("the blog's curl commands print what the blog prints, byte for byte"):
        for arguments, expected in TRANSCRIPT:
            printed = subprocess.run(["curl", "-sS", *arguments, stack.function], capture_output=True, check=True).stdout
            equal(printed, expected.encode())
    with report.check("a message posted to the API is shown by the service"):
        post(stack.function, "from the function")
        eventually(lambda: "from the function" in get(f"{stack.wall}/"))
    with report.check("a message posted on the page goes through the function, found by its name in the network"):
        answer = json.loads(post(f"{stack.wall}/api/messages", json.dumps({"text": "from the page"}), "application/json"))
        equal(answer["text"], "from the page")
        eventually(lambda: "from the page" in get(stack.function))
    with report.check("a configuration event reaches an open event stream and the page"):
        heard = threading.Event()
        listener = threading.Thread(target=listen, args=(f"{stack.wall}/events", "Container wall", heard), daemon=True)
        listener.start()
        stack.send(EVENT)
        require(heard.wait(20), "the stream said nothing of it")
        require("Container wall" in get(f"{stack.wall}/"), "the page has the old title")


def listen(url, word, heard):
    """Reads an event stream until `word` comes in the data of a `config` event."""
    kind = ""
    with urllib.request.urlopen(url, timeout=20) as stream:
        for line in stream:
            line = line.decode().rstrip("\n")
            if line.startswith("event:"):
                kind = line.split(":", 1)[1].strip()
            elif line.startswith("data:") and kind == "config" and word in line:
                heard.set()
                return
