"""Make a repository of kubo that syncs what it stores, and say which program it is for: found_kubo.py FOLDER."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from network_parts.engines import KUBO
from network_parts.kubo import Kubo

if (program := KUBO.installed()) is None:
    sys.exit(3)
Kubo.found(Path(sys.argv[1]), swarm_key=None, durable=True)
print(program)
