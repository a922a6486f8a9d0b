"""Run one command as a child and tell what it took: launch.py DESCRIPTOR COMMAND…; one JSON list on the descriptor.

A process of its own, and a small one, because Linux counts the memory of the parent at the fork into the child's peak:
so no peak below this interpreter's (some 9 MiB) can be seen, and none is raised by what the bench itself holds.
"""

import os
import sys
import time

report, command = int(sys.argv[1]), sys.argv[2:]
started = time.monotonic()
child = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, report)])
_, status, usage = os.wait4(child, 0)
seconds = time.monotonic() - started
values = (seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))
os.write(report, b"[%f, %f, %f, %d]" % values)
