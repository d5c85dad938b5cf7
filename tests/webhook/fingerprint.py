"""fingerprint.py PORT: print the SHA-256 of the certificate that is served.
fingerprint.py PORT WANTED SECONDS COMMAND...: run the command, then print after
how many milliseconds new connections get the certificate WANTED."""
import hashlib
import subprocess
import sys
import time

from client import Connection, context


def served(port):
    c = Connection(port, context())
    found = hashlib.sha256(c.sock.getpeercert(binary_form=True)).hexdigest()
    c.close()
    return found


def main():
    port = int(sys.argv[1])
    if len(sys.argv) == 2:
        print(served(port))
        return
    subprocess.run(sys.argv[4:], check=True)
    began = time.monotonic()
    while time.monotonic() < began + float(sys.argv[3]):
        if served(port) == sys.argv[2]:
            print(int((time.monotonic() - began) * 1000))
            return
        time.sleep(.01)
    sys.exit(1)


main()
