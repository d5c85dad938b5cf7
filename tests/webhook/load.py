"""load.py PORT CA [OPTION]...: many requests on connections that are kept, as an
API server keeps them; prints figures, and exits with 1 if one went wrong.

    -n N            requests (default: until the time is over)
    -d SECONDS      for so long (default 5)
    -c N            connections at once (default 8)
    --pause SECONDS between two requests on a connection (default 0)
    --each N        requests on a connection before a new one (default: all)
    --body FILE     a review, instead of one of a small Pod
    --marks         in each answer, the values of "mark-..." have to be the same
    --stop FILE     end when this file appears
    --figures NAME  what the line of figures begins with
"""
import argparse
import base64
import json
import multiprocessing
import os
import re
import ssl
import threading
import time

from client import Closed, Connection, context, http, review

MARK = re.compile(rb'"mark-[a-z]+":\s*"([^"]*)"')


class Load:
    """What the threads of a process share."""

    def __init__(self, o, n, connections):
        self.o, self.left, self.connections = o, n, connections
        self.tls = context(o.ca)
        with open(o.body, "rb") as f:
            self.body = f.read()
        self.request = http(self.body)
        self.lock = threading.Lock()
        self.errors, self.marks, self.times = {}, {}, []
        self.opened = 0
        self.end = time.monotonic() + o.d

    def goes_on(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0 and time.monotonic() < self.end and \
                not (self.o.stop and os.path.exists(self.o.stop))

    def fail(self, text):
        with self.lock:
            self.errors[text] = self.errors.get(text, 0) + 1

    def open(self):
        with self.lock:
            self.opened += 1
        return Connection(self.o.port, self.tls)

    def check(self, answer):
        if answer.status != 200:
            return f"status {answer.status}: {answer.body[:100]}"
        if b'"allowed":true' not in answer.body:
            return f"not allowed: {answer.body[:200]}"
        if b'"patch":"' not in answer.body:
            return f"no patch: {answer.body[:200]}"
        return self.check_marks(answer) if self.o.marks else None

    def check_marks(self, answer):
        patch = base64.b64decode(json.loads(answer.body)["response"]["patch"])
        marks = MARK.findall(patch)
        if len(marks) < 3 or len(set(marks)) != 1:
            return f"of several: {marks}"
        with self.lock:
            self.marks[marks[0]] = self.marks.get(marks[0], 0) + 1
        return None

    def one_connection(self):
        c, asked = None, 0
        while self.goes_on():
            began = time.monotonic()
            try:
                if not c:
                    c, asked = self.open(), 0
                answer = c.ask(self.request)
                error = self.check(answer)
                asked += 1
                if asked == self.o.each or \
                        answer.headers.get("connection") == "close":
                    c.close()
                    c = None
            except (Closed, KeyError, OSError, ssl.SSLError, ValueError) as e:
                error = f"{type(e).__name__}: {e}"
                c = None
            self.times.append(time.monotonic() - began)
            if error:
                self.fail(error)
            if self.o.pause:
                time.sleep(self.o.pause)

    def run(self):
        threads = [threading.Thread(target=self.one_connection)
                   for _ in range(self.connections)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return {"errors": self.errors, "opened": self.opened,
                "marks": {k.decode(): v for k, v in self.marks.items()},
                "times": self.times}


def in_process(o, n, connections, queue):
    queue.put(Load(o, n, connections).run())


def merge(into, more):
    for k, v in more.items():
        into[k] = into.get(k, 0) + v


def run(o):
    processes = min(2, o.c)
    queue = multiprocessing.Queue()
    all = [multiprocessing.Process(target=in_process, args=(
        o, o.n // processes, o.c // processes, queue))
        for _ in range(processes)]
    for p in all:
        p.start()
    parts = [queue.get() for _ in all]
    for p in all:
        p.join()
    total = {"errors": {}, "marks": {}, "times": [], "opened": 0}
    for part in parts:
        merge(total["errors"], part["errors"])
        merge(total["marks"], part["marks"])
        total["times"] += part["times"]
        total["opened"] += part["opened"]
    return total


def options():
    p = argparse.ArgumentParser()
    p.add_argument("port", type=int)
    p.add_argument("ca")
    p.add_argument("-n", type=int, default=1 << 40)
    p.add_argument("-d", type=float, default=5)
    p.add_argument("-c", type=int, default=8)
    p.add_argument("--pause", type=float, default=0)
    p.add_argument("--each", type=int, default=0)
    p.add_argument("--body")
    p.add_argument("--marks", action="store_true")
    p.add_argument("--stop")
    p.add_argument("--figures", default="load")
    o = p.parse_args()
    if not o.body:
        o.body = "review.json"
        with open(o.body, "wb") as f:
            f.write(review())
    return o


def main():
    o = options()
    r = run(o)
    times = sorted(r["times"])
    failed = sum(r["errors"].values())
    marks = "".join(f", {v} of {k}" for k, v in sorted(r["marks"].items()))
    print(f"{o.figures}: {len(times)} requests on {r['opened']} connections"
          f"{marks}, {failed} errors" + (
              f", p50 {times[len(times) // 2] * 1e3:.1f}, "
              f"p99 {times[int(len(times) * .99)] * 1e3:.1f} ms"
              if times else ""))
    for text, n in sorted(r["errors"].items(), key=lambda e: -e[1])[:5]:
        print(f"  {n} {text}")
    raise SystemExit(failed > 0 or not times)


if __name__ == "__main__":
    main()
