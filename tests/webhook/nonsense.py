"""nonsense.py PORT CA SECONDS [SEED]: requests with random mistakes in them, for
so long, in a few threads.  The server may answer or close; after each few it has
to answer a correct one."""
import random
import socket
import ssl
import sys
import threading
import time

from client import Closed, Connection, context, http, review

LINES = [
    b"Content-Length: 5\r\n", b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n",
    b"Expect: 100-continue\r\n", b"Connection: Upgrade\r\nUpgrade: h2c\r\n",
    b"Content-Type: \r\n", b"Host:\r\n", b": x\r\n", b" folded\r\n",
    b"X" * 70000 + b": y\r\n", b"\0\r\n", b"\n", b"\r\n",
]


THREADS = 4


class Nonsense(threading.Thread):
    def __init__(self, port, ca, seed, end):
        super().__init__()
        self.end, self.error = end, None
        self.port, self.tls = port, context(ca)
        self.random = random.Random(seed)
        self.sent = self.answered = self.closed = 0

    def bytes(self, data):
        """Some bytes of it replaced, taken out, repeated."""
        data = bytearray(data)
        for _ in range(self.random.randrange(1, 5)):
            at = self.random.randrange(len(data) or 1)
            n = self.random.choice([1, 1, 1, 8, 200])
            part = data[at:at + n]
            data[at:at + n] = self.random.choice([
                b"", part * 2, part * 50, self.random.randbytes(n),
                bytes(b ^ 1 << self.random.randrange(8) for b in part)])
        return bytes(data)

    def lines(self, data):
        """A line of the head more, somewhere."""
        head, _, body = data.partition(b"\r\n\r\n")
        all = [line + b"\r\n" for line in head.split(b"\r\n")]
        at = self.random.randrange(len(all) + 1)
        all[at:at] = self.random.choices(LINES, k=self.random.randrange(1, 4))
        return b"".join(all) + b"\r\n" + body

    def cut(self, data):
        return data[:self.random.randrange(len(data))]

    def body(self, data):
        """A body with mistakes, of the right length."""
        return http(self.bytes(review()))

    def one(self):
        data = http(review())
        for _ in range(self.random.randrange(1, 3)):
            data = self.random.choice(
                [self.bytes, self.lines, self.cut, self.body])(data) or b"x"
        # most are in TLS, so that they come to the parser of HTTP
        c = Connection(self.port,
                       self.tls if self.random.random() < .9 else None)
        self.sent += 1
        try:
            c.send(data)
            c.sock.settimeout(.02)
            c.receive()
            self.answered += 1
        except (socket.timeout, TimeoutError, KeyError, ValueError):
            pass
        except (Closed, OSError):
            self.closed += 1
        finally:
            c.close()

    def check(self):
        c = Connection(self.port, self.tls)
        answer = c.ask(http(review()))
        c.close()
        assert answer.status == 200 and answer.patch(), answer.body

    def run(self):
        try:
            while time.monotonic() < self.end and not self.error:
                for _ in range(20):
                    self.one()
                self.check()
        except (AssertionError, Closed, OSError, ssl.SSLError) as e:
            self.error = f"after {self.sent} requests: {e!r}"


def main():
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    end = time.monotonic() + float(sys.argv[3])
    all = [Nonsense(int(sys.argv[1]), sys.argv[2], seed + i, end)
           for i in range(THREADS)]
    for n in all:
        n.start()
    for n in all:
        n.join()
        if n.error:
            print(f"not ok - {n.error}, with seed {seed}")
    sent, answered, closed = (sum(getattr(n, what) for n in all)
                              for what in ("sent", "answered", "closed"))
    print(f"A14 nonsense: {sent} requests in {sys.argv[3]} s, {answered} "
          f"answered, {closed} closed, {sent - answered - closed} given up by "
          "the client; correct ones in between answered")
    sys.exit(any(n.error for n in all))


main()
