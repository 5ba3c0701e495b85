"""Calls fixture.run(i) from four threads for a while, then fixture.check() where there is one."""
import sys
import threading
import time

import fixture

SECONDS = 1.0


def work(i):
    barrier.wait()
    while time.monotonic() < end:
        for _ in range(5):
            fixture.run(i)


sys.setswitchinterval(1e-5)
barrier = threading.Barrier(4)
end = time.monotonic() + SECONDS
threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if hasattr(fixture, "check") and not fixture.check():
    print("oracle: check failed")
    sys.exit(3)
