"""Many clients that post at once, and record the acknowledged messages."""

import collections
import threading
import time
import urllib.error

from .report import equal, eventually, require
from .stack import post


class Load:
    """Posts from `clients` threads while it is entered. Each message is sent once, even if it is refused."""

    def __init__(self, stack, name, clients=16):
        self.stack, self.name = stack, name
        self.acknowledged = []
        self.refused = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._post, args=(client,)) for client in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def until_acknowledged(self, more):
        """Waits until `more` messages are acknowledged from now on."""
        enough = len(self.acknowledged) + more
        eventually(lambda: len(self.acknowledged) >= enough, 60)

    def _post(self, client):
        number = 0
        while not self._stop.is_set():
            text = f"{self.name} {client} {number}"
            number += 1
            try:
                post(f"{self.stack.function}?limit=1", text)
            except (urllib.error.URLError, OSError):
                self.refused += 1
                time.sleep(0.05)  # a pause while there is no answer
            else:
                self.acknowledged.append(text)

    def verify(self):
        """Requires that no acknowledged message is missing or doubled, and that each client's messages are in order."""
        require(self.acknowledged, "nothing was acknowledged")
        acknowledged = set(self.acknowledged)
        eventually(lambda: acknowledged <= set(self._shown()))
        shown = self._shown()
        equal([text for text, times in collections.Counter(shown).items() if times > 1], [])
        numbers = collections.defaultdict(list)
        for text in shown:
            _, client, number = text.rsplit(" ", 2)
            numbers[client].append(int(number))
        for client, found in numbers.items():
            require(found == sorted(found), f"client {client}'s messages are out of order")

    def _shown(self):
        return [message["text"] for message in self.stack.messages() if message["text"].startswith(f"{self.name} ")]
