"""Make and drop points in several threads, for a few seconds: what shows the free list's race without the GIL."""

import threading

from geometry import Point


def churn(value, wrong):
    for _ in range(300_000):
        points = [Point(value, value) for _ in range(10)]
        wrong.extend(p for p in points if p.x != value)


def main():
    wrong = []
    threads = [threading.Thread(target=churn, args=(float(n), wrong)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(f"{len(wrong)} points changed hands")


if __name__ == "__main__":
    main()
