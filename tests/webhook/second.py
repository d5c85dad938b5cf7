"""second.py CERT KEY: another webhook, which adds a container with probes to each
Pod that has none of its name.  Prints its port, and serves until it is killed."""
import base64
import http.server
import json
import ssl
import sys

LATE = {"name": "late", "image": "example.com/late:1",
        "ports": [{"containerPort": 9090}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 9090}}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        request = json.loads(self.rfile.read(length))["request"]
        response = {"uid": request["uid"], "allowed": True}
        names = [c["name"] for c in request["object"]["spec"]["containers"]]
        if "late" not in names:
            patch = [{"op": "add", "path": "/spec/containers/-",
                      "value": LATE}]
            response["patchType"] = "JSONPatch"
            response["patch"] = base64.b64encode(
                json.dumps(patch).encode()).decode()
        text = json.dumps({"apiVersion": "admission.k8s.io/v1",
                           "kind": "AdmissionReview",
                           "response": response}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = tls.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
