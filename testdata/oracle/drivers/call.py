"""Calls fixture.run() a few times on the main thread, then fixture.check() where there is one."""
import sys

import fixture

for _ in range(20):
    fixture.run(0)
if hasattr(fixture, "check") and not fixture.check():
    print("oracle: check failed")
    sys.exit(3)
