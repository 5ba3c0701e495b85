"""fixture.make() returns a new type each time, whose instances can refer to it: all types must go."""
import gc
import sys
import weakref

import fixture

types = []


def one():
    kind = fixture.make()
    types.append(weakref.ref(kind))
    kind.instance = kind()


for _ in range(30):
    one()
for _ in range(3):
    gc.collect()
alive = sum(ref() is not None for ref in types)
if alive:
    print(f"oracle: check failed, {alive} of {len(types)} types live")
    sys.exit(3)
