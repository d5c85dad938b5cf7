"""idle.py PORT CA [SECONDS]...: requests so many seconds apart on one connection
each, all at the same time.  None may be lost."""
import sys
import threading
import time

from client import Closed, Connection, context, http, review


class Idle(threading.Thread):
    def __init__(self, port, tls, seconds):
        super().__init__()
        self.seconds, self.error = seconds, None
        self.c = Connection(port, tls)
        self.c.ask(http(review()))

    def run(self):
        time.sleep(self.seconds)
        try:
            if self.c.ask(http(review())).status != 200:
                self.error = "not answered with 200"
        except (Closed, OSError) as e:
            self.error = repr(e)


def main():
    tls = context(sys.argv[2])
    gaps = [float(a) for a in sys.argv[3:]] or \
        [89, 89.5, 89.9, 90, 90.1, 90.5, 91, 95, 100, 110]
    all = [Idle(int(sys.argv[1]), tls, gap) for gap in gaps]
    for i in all:
        i.start()
    for i in all:
        i.join()
        if i.error:
            print(f"not ok - after {i.seconds} s: {i.error}")
    lost = sum(i.error is not None for i in all)
    print(f"A9 idle: {len(all)} connections idle for {min(gaps):g} to "
          f"{max(gaps):g} s, {lost} requests lost")
    sys.exit(lost > 0)


main()
