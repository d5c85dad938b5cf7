"""goodbye.py PORT CA: exit 0 if an answer asks its client to go."""
import sys

from client import Connection, context, http, review

answer = Connection(int(sys.argv[1]), context(sys.argv[2])).ask(http(review()))
print(f"answered with {answer.status}, connection: "
      f"{answer.headers.get('connection')}")
sys.exit(answer.status != 200 or answer.headers.get("connection") != "close")
