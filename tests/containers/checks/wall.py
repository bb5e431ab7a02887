"""One environment: the page, the API of the blog post, an event, a post from the page."""

import json
import subprocess
import threading
import urllib.request
from pathlib import Path

from .report import equal, eventually, require
from .stack import get, post

TRANSCRIPT = json.loads((Path(__file__).resolve().parents[2] / "support/transcript.json").read_text())

EVENT = {
    "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "source": "messagewall",
    "detail-type": "Config Change Requested", "account": "123456789012", "time": "2026-11-23T18:00:00Z",
    "region": "us-east-1", "resources": [],
    "detail": {"patch": {"title": "Container wall", "keep_messages": 10000}},
}


def check(report, stack):
    with report.check("the page is served"):
        require("<html" in get(f"{stack.wall}/"), "no page")
    with report.check("the curl commands of the blog post print its answers, byte for byte"):
        for step in TRANSCRIPT:
            arguments = ["-X", step["method"]]
            if step["body"]:
                arguments += ["-H", "Content-Type: text/plain", "-d", step["body"]]
            printed = subprocess.run(["curl", "-sS", *arguments, stack.function], capture_output=True, check=True).stdout
            equal(printed, step["answer"].encode())
    with report.check("the service shows a message that was posted to the API"):
        post(stack.function, "from the function")
        eventually(lambda: "from the function" in get(f"{stack.wall}/"))
    with report.check("the function writes a message that was posted on the page"):
        answer = json.loads(post(f"{stack.wall}/api/messages", json.dumps({"text": "from the page"}), "application/json"))
        equal(answer["text"], "from the page")
        eventually(lambda: "from the page" in get(stack.function))
    with report.check("a configuration event reaches an open event stream and the page"):
        heard = threading.Event()
        listener = threading.Thread(target=listen, args=(f"{stack.wall}/events", "Container wall", heard), daemon=True)
        listener.start()
        stack.send(EVENT)
        require(heard.wait(20), "the stream did not send it")
        require("Container wall" in get(f"{stack.wall}/"), "the page has the old title")


def listen(url, word, heard):
    """Reads an event stream until the data of a `config` event contains `word`."""
    kind = ""
    with urllib.request.urlopen(url, timeout=20) as stream:
        for line in stream:
            line = line.decode().rstrip("\n")
            if line.startswith("event:"):
                kind = line.split(":", 1)[1].strip()
            elif line.startswith("data:") and kind == "config" and word in line:
                heard.set()
                return
