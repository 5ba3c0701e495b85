"""Makes objects that refer to themselves and drops them: fixture.live() must return to 0."""
import gc
import sys

import fixture


def one():
    thing = fixture.Thing()
    thing.link(thing)


for _ in range(100):
    one()
for _ in range(3):
    gc.collect()
if fixture.live() != 0:
    print(f"oracle: check failed, {fixture.live()} of 100 live")
    sys.exit(3)
