"""As cycles.py, with two objects that refer to each other."""
import gc
import sys

import fixture


def one():
    a, b = fixture.Thing(), fixture.Thing()
    a.link(b)
    b.link(a)


for _ in range(100):
    one()
for _ in range(3):
    gc.collect()
if fixture.live() != 0:
    print(f"oracle: check failed, {fixture.live()} of 200 live")
    sys.exit(3)
