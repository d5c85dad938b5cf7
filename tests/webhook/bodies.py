"""bodies.py PORT CA: requests that an API server, a scanner or a mistake may send.

Each has to be answered, by the status in the table; a review with the uid of the
request, in its version.  Prints a line for each, and a total."""
import gzip
import json
import ssl
import sys
import warnings

from client import POD, Closed, Connection, context, http, review

MIB = 1 << 20
POD_KIND = {"group": "", "version": "v1", "kind": "Pod"}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"},
           "spec": {"ports": [{"port": 80}]}}
SERVICE_KIND = {"group": "", "version": "v1", "kind": "Service"}
BINDING = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "p"},
           "target": {"name": "node"}}


def allowed(changed, version="v1", uid="u-1"):
    """A check of an answer: allowed, with or without a patch."""
    def check(answer):
        root = json.loads(answer.body)
        r = root["response"]
        assert root["kind"] == "AdmissionReview", root
        assert root["apiVersion"] == "admission.k8s.io/" + version, root
        assert r["uid"] == uid and r["allowed"] is True, r
        assert ("patch" in r) == ("patchType" in r) == changed, r
        assert not changed or r["patchType"] == "JSONPatch", r
        assert answer.headers["content-type"] == "application/json", answer
        assert "request" not in root, root
    return check


def text(answer):
    assert answer.headers["content-type"].startswith("text/plain"), answer
    assert 0 < len(answer.body) < 2000, answer.body


def chunked(body, size=1000):
    head = http(length=False, headers="Transfer-Encoding: chunked\r\n")
    parts = [body[i:i + size] for i in range(0, len(body), size)]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + \
        b"0\r\n\r\n"


def other(pod, **members):
    return http(review(pod, **members))


def table():
    good = review()
    big = review(dict(POD, metadata={"name": "p", "annotations":
                                     {"a": "x" * 9 * MIB}}))
    return [
        ("a Pod", http(good), 200, allowed(True)),
        ("a path with variables", http(good, path="/inject/net/n?timeout=1s"),
         200, allowed(True)),
        ("v1beta1", http(review(version="v1beta1")), 200,
         allowed(True, "v1beta1")),
        ("an empty uid", http(review(uid="")), 200, allowed(True, uid="")),
        ("a long uid", http(review(uid="é\"\\" * 300)), 200,
         allowed(True, uid="é\"\\" * 300)),
        ("unknown members", http(review(future={"a": [1, None]})), 200,
         allowed(True)),
        ("an update", other(POD, operation="UPDATE", oldObject=POD), 200,
         allowed(False)),
        ("a deletion", other(None, operation="DELETE", oldObject=POD), 200,
         allowed(False)),
        ("no object", other(None), 200, allowed(False)),
        ("an object null", http(good.replace(
            json.dumps(POD).encode(), b"null")), 200, allowed(False)),
        ("exec", other({"kind": "PodExecOptions", "apiVersion": "v1"},
                       operation="CONNECT", subResource="exec"), 200,
         allowed(False)),
        ("a Service", other(SERVICE, kind=SERVICE_KIND), 200, allowed(False)),
        ("a binding", other(BINDING, subResource="binding"), 200,
         allowed(False)),
        ("chunked", chunked(good), 200, allowed(True)),
        ("charset", http(good, kind="application/json; charset=utf-8"), 200,
         allowed(True)),
        ("capitals", http(good, kind="Application/JSON"), 200, allowed(True)),
        ("Expect: 100-continue", http(good, headers="Expect: "
                                      "100-continue\r\n"), 200, allowed(True)),
        ("Connection: close", http(good, headers="Connection: close\r\n"),
         200, allowed(True)),
        ("empty", http(b""), 400, text),
        ("not JSON", http(b"apiVersion: v1\nkind: Pod\n"), 400, text),
        ("bytes", http(bytes(range(256)) * 9), 400, text),
        ("null", http(b"null"), 400, text),
        ("a list", http(b"[]"), 400, text),
        ("an empty object", http(b"{}"), 400, text),
        ("a Pod alone", http(json.dumps(POD).encode()), 400, text),
        ("two reviews", http(good + good), 400, text),
        ("half a review", http(good[:len(good) // 2]), 400, text),
        ("nested lists", http(b"[" * 100000), 400, text),
        ("no request", http(b'{"kind":"AdmissionReview","apiVersion":'
                            b'"admission.k8s.io/v1"}'), 400, text),
        ("a request null", http(b'{"kind":"AdmissionReview","apiVersion":'
                                b'"admission.k8s.io/v1","request":null}'),
         400, text),
        ("another version", http(review(version="v2")), 400, text),
        ("gzip", http(gzip.compress(good), headers="Content-Encoding: gzip"
                      "\r\n"), 415, text),
        ("GET", http(method="GET", length=False, kind=None), 405, text),
        ("HEAD", http(method="HEAD", length=False, kind=None), 405, None),
        ("PUT", http(good, method="PUT"), 405, text),
        ("DELETE", http(method="DELETE", kind=None), 405, text),
        ("another path", http(good, path="/"), 404, text),
        ("a path that begins so", http(good, path="/injector"), 404, text),
        ("a path that leaves", http(good, path="/inject/../metrics"), 200,
         allowed(True)),
        ("readiness", http(method="GET", path="/ready", length=False,
                           kind=None), 200, text),
        ("metrics are elsewhere", http(method="GET", path="/metrics",
                                       length=False, kind=None), 404, text),
        ("9 MiB", http(big), 413, text),
        ("9 MiB, chunked", chunked(big, MIB), 413, text),
        ("no type", http(good, kind=None), 415, text),
        ("YAML", http(good, kind="application/yaml"), 415, text),
        ("a form", http(b"a=b", kind="application/x-www-form-urlencoded"),
         415, text),
        ("headers of 20 KiB", http(good, headers="".join(
            f"X-{i}: {'x' * 1000}\r\n" for i in range(20))), 431, text),
        ("a header of 20 KiB", http(good, headers=f"X: {'x' * 20480}\r\n"),
         431, text),
        ("a path of 20 KiB", http(good, path="/inject/" + "x" * 20480), 431,
         text),
        ("not HTTP", b"\x16\x03\x01 nonsense\r\n\r\n", 400, None),
        ("two lengths", http(good, headers="Content-Length: 5\r\n"), 400,
         text),
        ("a negative length", http(good, length=False,
                                   headers="Content-Length: -1\r\n"), 400,
         None),
    ]


class Bodies:
    def __init__(self, port, ca):
        self.port, self.tls = port, context(ca)
        self.wrong = self.right = 0

    def say(self, name, error):
        if error:
            self.wrong += 1
            print(f"not ok - {name}: {error}")
        else:
            self.right += 1
            print(f"ok - {name}")

    def ask(self, data, head=False):
        c = Connection(self.port, self.tls)
        try:
            try:
                c.send(data)
            except OSError:
                pass    # it was answered before all of it was sent
            return c.receive(head)
        finally:
            c.close()

    def row(self, name, data, status, check):
        try:
            answer = self.ask(data, data.startswith(b"HEAD"))
            if answer.status != status:
                return f"{answer.status} {answer.body[:200]}, not {status}"
            if check:
                check(answer)
        except (AssertionError, Closed, KeyError, OSError, ValueError) as e:
            return repr(e)
        return None

    def pipelined(self):
        """Two requests in one packet, on a connection that goes on."""
        c = Connection(self.port, self.tls)
        c.send(http(review(uid="one")) + http(review(uid="two")))
        for uid in ("one", "two"):
            allowed(True, uid=uid)(c.receive())
        allowed(True, uid="three")(c.ask(http(review(uid="three"))))
        c.close()

    def truncated(self):
        """A client that leaves in the middle of its request."""
        data = http(review())
        for n in (1, 20, data.index(b"\r\n\r\n") + 2, len(data) - 1):
            c = Connection(self.port, self.tls)
            c.send(data[:n])
            c.close()

    def versions(self):
        """TLS 1.2 will do, and nothing older; HTTP/1.1 is agreed on."""
        warnings.simplefilter("ignore", DeprecationWarning)
        for name, wanted in (("TLSv1_2", True), ("TLSv1_1", False)):
            tls = context()
            tls.set_ciphers("DEFAULT@SECLEVEL=0")
            with_version = getattr(ssl.TLSVersion, name)
            tls.minimum_version = tls.maximum_version = with_version
            try:
                c = Connection(self.port, tls)
                assert c.sock.selected_alpn_protocol() == "http/1.1", name
                allowed(True)(c.ask(http(review())))
                c.close()
                worked = True
            except (ssl.SSLError, ConnectionError):
                worked = False
            assert worked == wanted, name

    def two(self, name, function):
        try:
            function()
            self.say(name, None)
        except (AssertionError, Closed, OSError, ValueError) as e:
            self.say(name, repr(e))

    def run(self):
        for name, data, status, check in table():
            self.say(name, self.row(name, data, status, check))
        self.two("two pipelined, and a third", self.pipelined)
        self.two("truncated requests", self.truncated)
        self.two("versions of TLS", self.versions)
        self.two("a Pod after all that", lambda: allowed(True)(
            self.ask(http(review()))))


def main():
    bodies = Bodies(int(sys.argv[1]), sys.argv[2])
    bodies.run()
    print(f"A4 bodies by hand: {bodies.right + bodies.wrong} requests, "
          f"{bodies.wrong} answered wrongly")
    sys.exit(bodies.wrong > 0)


main()
