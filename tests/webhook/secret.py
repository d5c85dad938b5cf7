"""secret.py FILE KEY: print what a Secret in the YAML that injector-webhook prints
has under this key of its data."""
import base64
import re
import sys

with open(sys.argv[1]) as f:
    found = re.search(rf"^ *{re.escape(sys.argv[2])}: *(\S+)$", f.read(), re.M)
sys.stdout.write(base64.b64decode(found[1]).decode())
