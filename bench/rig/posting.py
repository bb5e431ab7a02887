"""Clients that post messages one after the other, each on its own connection, in one process with epoll."""

import re
import select
import socket
import time

REQUEST = "POST /default/MessageWall HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}"
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
PATIENCE_S = 30


class Client:
    """One connection with at most one request under way."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.text, self.started, self.left, self.head = None, 0.0, 0, b""

    def post(self, text):
        """Sends a message."""
        self.text, self.head, self.left = text, b"", 0
        self.started = time.perf_counter()
        self.socket.sendall(REQUEST.format(len(text), text).encode())

    def receive(self):
        """Reads what arrived, and returns true at the end of the response."""
        received = self.socket.recv(1 << 20)
        if not received:
            raise RuntimeError("the service closed a connection")
        if self.left:
            self.left -= len(received)
            return self.left == 0
        self.head += received
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return False
        length = LENGTH.search(self.head, 0, end + 2)
        self.left = end + 4 + int(length.group(1)) - len(self.head)
        return self.left == 0

    def accepted(self):
        """Returns true if the response says that the message is on the wall."""
        return self.head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))


class Posted:
    """What a number of clients have posted."""

    def __init__(self):
        self.accepted, self.times, self.refused, self.seconds = [], [], 0, 0.0

    def rate(self):
        """Returns the accepted messages per second."""
        return len(self.times) / self.seconds


def post(port, clients, warm_s, seconds):
    """Posts for so long, after a time that does not count. Every request under way at the end is waited for."""
    posted, epoll, number = Posted(), select.epoll(), 0
    by_descriptor = {client.socket.fileno(): client for client in (Client(port) for _ in range(clients))}
    for descriptor, client in by_descriptor.items():
        epoll.register(descriptor, select.EPOLLIN)
        client.post(f"posted {number}")
        number += 1
    begun = time.perf_counter() + warm_s
    end, under_way = begun + seconds, clients
    while under_way:
        events = epoll.poll(PATIENCE_S)
        if not events:
            raise RuntimeError(f"no response within {PATIENCE_S} s")
        for descriptor, _ in events:
            client = by_descriptor[descriptor]
            if not client.receive():
                continue
            now = time.perf_counter()
            count(posted, client, now, begun <= now < end)
            if now < end:
                client.post(f"posted {number}")
                number += 1
            else:
                under_way -= 1
    for client in by_descriptor.values():
        client.socket.close()
    posted.seconds = seconds
    return posted


def count(posted, client, now, counts):
    """Adds the response that a client has received."""
    if not client.accepted():
        posted.refused += 1
        return
    posted.accepted.append(client.text)
    if counts:
        posted.times.append(now - client.started)
