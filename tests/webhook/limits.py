"""limits.py PORT CA CERT KEY: a server with --client-ca, --max-body 1Mi,
--max-memory 8Mi and --workers 1.  Each request has the answer that its size and
its client deserve, whatever came before.  Prints a line for each."""
import ssl
import sys
import threading

from client import POD, Closed, Connection, context, http, review

MEMORY = "needs more memory"


def pod(*args):
    return dict(POD, spec={"containers": [
        {"name": "web", "image": "example.com/web:1", "args": args}]})


def refused(port, tls):
    """With TLS 1.3 a client learns it when it reads."""
    try:
        c = Connection(port, tls)
        c.ask(http(review()))
    except (Closed, OSError):
        return True
    return False


def answer(port, tls, data):
    c = Connection(port, tls)
    try:
        return c.ask(data)
    finally:
        c.close()


def crowd(port, tls):
    """More clients than workers: each waits for its turn."""
    found = []

    def one():
        c = Connection(port, tls)
        found.extend(c.ask(http(review(pod(*"abc")))).status for _ in range(5))

    threads = [threading.Thread(target=one) for _ in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return found


def main():
    port, (ca, cert, key) = int(sys.argv[1]), sys.argv[2:5]
    wrong = 0

    def say(name, ok):
        nonlocal wrong
        wrong += not ok
        print(f"{'ok' if ok else 'not ok'} - {name}")

    known = context(ca)
    known.load_cert_chain(cert, key)
    small, large = http(review()), http(review(pod("x" * 1000000)))
    hungry = http(review(pod(*["x"] * 150000)))
    say("a client without certificate", refused(port, context(ca)))
    for name, data, status, words in (
            ("small", small, 200, ""), ("large", large, 200, ""),
            ("too large", http(review(pod("x" * 1100000))), 413, "1048576"),
            ("too much memory", hungry, 500, MEMORY), ("small", small, 200, "")):
        a = answer(port, known, data)
        say(f"{name}: {a.status} {a.body[:100]}",
            a.status == status and words.encode() in a.body)
    say("more clients than workers", crowd(port, known) == [200] * 50)
    sys.exit(wrong > 0)


main()
