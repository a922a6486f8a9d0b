from __future__ import annotations

import sys
from pathlib import Path

# What these tests share lies beside them; a package named `tests` cannot hold it, since installed ones bear that name.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
