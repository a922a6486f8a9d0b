"""Add folders to a new kubo and serve them: kubo_gateway.py REPOSITORY FOLDER…; says HOST:PORT, ends with its input."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from network_parts.engines import KUBO
from network_parts.kubo import Kubo

if KUBO.installed() is None:
    sys.exit(3)
kubo = Kubo.found(Path(sys.argv[1]), swarm_key=None)
for folder in sys.argv[2:]:
    kubo.run("add", "-r", "-Q", folder)
kubo.start()
try:
    print(kubo.gateway.removeprefix("http://"), flush=True)
    sys.stdin.read()
finally:
    kubo.stop()
