"""A Lambda Runtime API with one event, which notes when a function asks for it."""

import os
import re
import selectors
import signal
import socket
import time

from .processes import memory

EVENT = (
    b'{"version":"2.0","routeKey":"ANY /MessageWall","rawPath":"/default/MessageWall","rawQueryString":"","headers":'
    b'{"content-type":"text/plain"},"requestContext":{"accountId":"1","apiId":"a","domainName":"a","domainPrefix":"a","http":'
    b'{"method":"POST","path":"/default/MessageWall","protocol":"HTTP/1.1","sourceIp":"127.0.0.1","userAgent":"bench"},'
    b'"requestId":"r","routeKey":"ANY /MessageWall","stage":"default","time":"30/Nov/2026:00:00:00 +0000","timeEpoch":1},'
    b'"body":"The first event","isBase64Encoded":false}'
)
INVOCATION = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: 1\r\n"
    b"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:1:function:MessageWall\r\n"
    b"Lambda-Runtime-Deadline-Ms: %d\r\nContent-Length: %d\r\n\r\n%s"
)
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
PATIENCE_S = 20


class RuntimeApi:
    """Listens on a free port while the `with` block runs."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.listener.close()

    def start(self, command, variables, log):
        """Starts a function and returns the seconds to its first poll, and its anonymous memory after the first event."""
        output = [(os.POSIX_SPAWN_OPEN, number, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for number in (1, 2)]
        command = [str(part) for part in command]
        started = time.perf_counter()
        pid = os.posix_spawn(command[0], command, variables, file_actions=output)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self.listener, selectors.EVENT_READ)
                polls = self.polls(selector)
                first, _ = next(polls), next(polls)
                return first - started, memory(pid, "RssAnon")
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def polls(self, selector):
        """Yields the moment of each poll. Gives the function an event after the first one."""
        for now, connection, request in self.requests(selector):
            if request.startswith(b"GET "):
                yield now
                connection.sendall(INVOCATION % (time.time() * 1000 + 15_000, len(EVENT), EVENT))
            elif b"/response " in request.partition(b"\r\n")[0]:
                connection.sendall(ACCEPTED)
            else:
                raise RuntimeError(f"the function failed: {request!r}")
        raise RuntimeError(f"the function did not ask for an event within {PATIENCE_S} s")

    def requests(self, selector):
        """Yields the moment, the connection and the bytes of each request."""
        begun, deadline = {}, time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for key, _ in selector.select(0.5):
                if key.fileobj is self.listener:
                    selector.register(self.listener.accept()[0], selectors.EVENT_READ)
                    continue
                received, now = key.fileobj.recv(1 << 16), time.perf_counter()
                request = begun.pop(key.fileobj, b"") + received
                if not received:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
                elif complete(request):
                    yield now, key.fileobj, request
                else:
                    begun[key.fileobj] = request


def complete(request):
    """Returns true if a request has arrived with all of its body."""
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    if length:
        return len(body) >= int(length.group(1))
    chunked = b"transfer-encoding: chunked" in head.lower()
    return bool(end) and (not chunked or body.endswith(b"0\r\n\r\n"))
