"""Found a home: found_home.py HOME PASSPHRASE_FILE; as `zhicang init` does, but with the cheapest key derivation."""

import asyncio
import os
import sys
import time
from pathlib import Path

from node.founding import Institution, found
from node.keys import read_passphrase_file

institution = Institution(code="14000001", name="bench", credit_code="12140000DEM000001M", region="140000")
founding = found(
    Path(sys.argv[1]),
    institution,
    passphrase=read_passphrase_file(Path(sys.argv[2])),
    chain_id=1234567892,
    clock=time.time,
    random_bytes=os.urandom,
    work_factor=2,
)
asyncio.run(founding)
