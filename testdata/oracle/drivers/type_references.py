"""Makes and drops instances of fixture.make(): the type must have as many references after as before."""
import sys

import fixture

kind = fixture.make()
before = sys.getrefcount(kind)
for _ in range(100):
    kind()
after = sys.getrefcount(kind)
if after != before:
    print(f"oracle: check failed, {after - before} references kept by 100 instances")
    sys.exit(3)
