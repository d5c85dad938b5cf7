"""A client of injector-webhook: requests as kube-apiserver sends them, and others
byte by byte.  Used by the other programs of this folder."""
import base64
import json
import re
import socket
import ssl

NAME = "injector.sys.svc"


class Closed(Exception):
    """The server closed the connection before it answered."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def response(self):
        return json.loads(self.body)["response"]

    def patch(self):
        text = self.response().get("patch")
        return json.loads(base64.b64decode(text)) if text else []


def context(ca=None):
    """TLS as an API server has it; without `ca` any certificate will do."""
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.set_alpn_protocols(["http/1.1"])
    if ca:
        c.load_verify_locations(ca)
    else:
        c.check_hostname = False
        c.verify_mode = ssl.CERT_NONE
    return c


class Connection:
    def __init__(self, port, tls, timeout=30):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.left = b""
        if tls:
            try:
                self.sock = tls.wrap_socket(self.sock, server_hostname=NAME)
            except BaseException:
                self.sock.close()
                raise

    def send(self, data):
        self.sock.sendall(data)

    def close(self):
        self.sock.close()

    def fill(self):
        try:
            data = self.sock.recv(65536)
        except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            data = b""
        if not data:
            raise Closed(f"after {len(self.left)} bytes of an answer")
        self.left += data

    def take(self, n):
        while len(self.left) < n:
            self.fill()
        data, self.left = self.left[:n], self.left[n:]
        return data

    def head(self):
        while b"\r\n\r\n" not in self.left:
            self.fill()
        text, self.left = self.left.split(b"\r\n\r\n", 1)
        lines = text.decode("latin-1").split("\r\n")
        match = re.match(r"HTTP/1\.[01] (\d{3})", lines[0])
        if not match:
            raise ValueError(f"not HTTP: {lines[0]!r}")
        return int(match[1]), dict(line.lower().split(": ", 1)
                                   for line in lines[1:])

    def receive(self, head=False):
        """The next answer; of a HEAD request if `head`."""
        status, headers = self.head()
        while status == 100:
            status, headers = self.head()
        length = 0 if head else int(headers["content-length"])
        return Answer(status, headers, self.take(length))

    def ask(self, data, head=False):
        self.send(data)
        return self.receive(head)


POD = {
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"generateName": "web-", "labels": {"app": "web"}},
    "spec": {"containers": [{"name": "web", "image": "example.com/web:1"}]},
}


def review(pod=POD, uid="u-1", version="v1", **request):
    """An AdmissionReview of a Pod's creation; None takes a member out."""
    all = {"uid": uid, "kind": {"group": "", "version": "v1", "kind": "Pod"},
           "resource": {"group": "", "version": "v1", "resource": "pods"},
           "operation": "CREATE", "namespace": "default", "object": pod}
    all.update(request)
    return json.dumps({
        "kind": "AdmissionReview",
        "apiVersion": f"admission.k8s.io/{version}",
        "request": {k: v for k, v in all.items() if v is not None},
    }).encode()


def http(body=b"", method="POST", path="/inject?timeout=10s", length=True,
         kind="application/json", headers=""):
    """A request as kube-apiserver writes it."""
    head = (f"{method} {path} HTTP/1.1\r\nHost: {NAME}:443\r\n"
            "User-Agent: kube-apiserver-admission\r\n"
            "Accept: application/json, */*\r\nAccept-Encoding: gzip\r\n")
    if length:
        head += f"Content-Length: {len(body)}\r\n"
    if kind:
        head += f"Content-Type: {kind}\r\n"
    return (head + headers + "\r\n").encode() + body
