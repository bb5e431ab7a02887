"""A client that holds thousands of open streams, in one process with epoll, as fast as Python allows."""

import gc
import resource
import select
import socket
import struct
import time

from .peers import Missing

REQUEST = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
RESET_AT_CLOSE = struct.pack("ii", 1, 0)
SPARE_FILES = 500


def raise_open_files(streams):
    """Raises the limit of open files, which the servers inherit, or raises `Missing`."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = streams + SPARE_FILES
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
    except (ValueError, OSError):
        raise Missing(f"{streams} streams need {wanted} open files (ulimit -n {wanted}); the limit is {hard}") from None


class Streams:
    """Open streams of one server. A context manager that closes them."""

    def __init__(self, port, path, count):
        self.epoll, self.sockets = select.epoll(), {}
        self.buffer = bytearray(1 << 18)
        self.port, self.request = port, REQUEST.format(path=path).encode()
        self.count = count

    def __enter__(self):
        for _ in range(self.count):
            stream = socket.create_connection(("127.0.0.1", self.port), timeout=20)
            # No connection of this run waits in TIME_WAIT for those of the next one.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            stream.sendall(self.request)
            self.sockets[stream.fileno()] = stream
            self.epoll.register(stream, select.EPOLLIN)
        self.until_all(b"text/event-stream", lambda: None)
        return self

    def __exit__(self, *_):
        for stream in self.sockets.values():
            stream.close()
        self.epoll.close()

    def until_all(self, marker, action, patience_s=30):
        """Does something and waits until every stream has received the marker.

        Returns the seconds, and the bytes that arrived with the marker on the stream that got the fewest.
        """
        waiting, fewest, ends = set(self.sockets), len(self.buffer), {}
        gc.disable()
        started = time.perf_counter()
        action()
        while waiting:
            for descriptor, received in self.received(1.0):
                if descriptor not in waiting:
                    continue
                before = ends.pop(descriptor, b"")
                if self.buffer.find(marker, 0, received) >= 0 or marker in before + self.buffer[:received]:
                    waiting.discard(descriptor)
                    fewest = min(fewest, received)
                else:
                    ends[descriptor] = (before + self.buffer[:received])[-len(marker):]
            if time.perf_counter() - started > patience_s:
                raise RuntimeError(f"{len(waiting)} of {self.count} streams did not get it within {patience_s} s")
        took = time.perf_counter() - started
        gc.enable()
        return took, fewest

    def drain(self, seconds):
        """Reads what arrives for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for _ in self.received(left):
                pass

    def received(self, seconds):
        """Yields the descriptor and the number of bytes in the buffer for each stream that has bytes."""
        for descriptor, _ in self.epoll.poll(seconds, self.count):
            received = self.sockets[descriptor].recv_into(self.buffer)
            if not received:
                raise RuntimeError(f"the server on port {self.port} closed a stream")
            yield descriptor, received
