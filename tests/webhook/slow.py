"""slow.py PORT CA: clients that are too slow, and one that is not.

Each of the slow ones has to be closed once the server's limit of 10 s is over.
Then there are more connections than the server accepts at a time.  All the while
the requests of the one that is not slow are answered."""
import random
import socket
import ssl
import sys
import threading
import time

from client import Closed, Connection, context, http, review

EARLIEST, LATEST = 8, 16


class Slow(threading.Thread):
    """Sends `rest` a byte a second until it is closed: `took` seconds."""

    def __init__(self, name, sock, rest):
        super().__init__(daemon=True)
        self.name, self.sock, self.rest = name, sock, rest
        self.took = None

    def closed(self):
        self.sock.settimeout(1)
        try:
            return not self.sock.recv(65536)
        except (socket.timeout, TimeoutError):
            return False
        except OSError:
            return True

    def run(self):
        began = time.monotonic()
        for i in range(LATEST + 4):
            try:
                self.sock.sendall(self.rest[i:i + 1])
            except OSError:
                break
            if self.closed():
                break
        else:
            return
        self.took = time.monotonic() - began


class Unread(threading.Thread):
    """Sends requests and reads no answer, until it is closed: `took` seconds
    after the buffers are full."""

    def __init__(self, port, tls):
        super().__init__(daemon=True, name="answers that are not read")
        self.c = Connection(port, tls, LATEST + 4)
        self.c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.took = None

    def run(self):
        pod = http(review())
        end = time.monotonic() + LATEST + 4
        try:
            while time.monotonic() < end:
                began = time.monotonic()
                self.c.send(pod)
        except (socket.timeout, TimeoutError):
            pass
        except OSError:
            self.took = time.monotonic() - began


class Polite(threading.Thread):
    def __init__(self, port, tls):
        super().__init__(daemon=True)
        self.port, self.tls = port, tls
        self.done, self.times, self.errors = False, [], []

    def run(self):
        c = Connection(self.port, self.tls)
        while not self.done:
            began = time.monotonic()
            try:
                if c.ask(http(review())).status != 200:
                    self.errors.append("status")
            except (Closed, OSError, ValueError) as e:
                self.errors.append(repr(e))
                c = Connection(self.port, self.tls)
            self.times.append(time.monotonic() - began)
            time.sleep(random.uniform(.01, .03))


def slow_clients(port, tls):
    request = http(review())
    split = request.index(b"\r\n\r\n") + 10
    body = Connection(port, tls).sock
    body.sendall(request[:split])
    plain = [Connection(port, None).sock for _ in range(2)]
    all = [
        Slow("no ClientHello", plain[0], b""),
        Slow("half a ClientHello", plain[1], b"\x16\x03\x01"),
        Slow("a byte a second of headers", Connection(port, tls).sock,
             request),
        Slow("a byte a second of the body", body, request[split:]),
        Unread(port, tls),
    ]
    for s in all:
        s.start()
    for s in all:
        s.join()
    return all


def open_many(port, tls, n):
    """More than the server accepts: each gets its handshake, and those that are
    idle go."""
    failed = []
    all = []
    for _ in range(n):
        try:
            all.append(Connection(port, tls))
        except (OSError, ssl.SSLError) as e:
            failed.append(repr(e))
    # the last ones are there
    for c in all[-100:]:
        try:
            assert c.ask(http(review())).status == 200
        except (AssertionError, Closed, OSError) as e:
            failed.append(repr(e))
    for c in all:
        c.close()
    return failed


def say(ok, text):
    print(f"{'ok' if ok else 'not ok'} - {text}")
    return not ok


def main():
    port, tls, many = int(sys.argv[1]), context(sys.argv[2]), 600
    polite = Polite(port, tls)
    polite.start()
    slow = slow_clients(port, tls)
    failed = open_many(port, tls, many)
    polite.done = True
    polite.join()
    times = sorted(polite.times)
    wrong = sum([say(s.took and EARLIEST <= s.took <= LATEST,
                     f"{s.name}: closed after {s.took} s") for s in slow])
    wrong += say(not failed, f"{many} connections: {failed[:3]}")
    wrong += say(not polite.errors and len(times) > 100,
                 f"the others are served: {polite.errors[:3]}")
    took = [s.took or 99 for s in slow]
    print(f"A5 slow clients: {len(slow)} closed after {min(took):.1f} to "
          f"{max(took):.1f} s, {many} connections where 512 are allowed; "
          f"meanwhile {len(times)} requests with {len(polite.errors)} errors, "
          f"p99 {times[int(len(times) * .99)] * 1000:.1f} ms")
    sys.exit(wrong > 0)


main()
