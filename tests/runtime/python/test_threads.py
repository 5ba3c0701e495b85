"""The components that need an interpreter, used from several threads at once."""

import gc
import sys
import threading
import time
import unittest

import runtime_test_module as m

THREADS = 4


def in_threads(function, count=THREADS):
    """Runs function(i) in threads and raises what any of them raised."""
    errors = []

    def run(i):
        try:
            start.wait()
            function(i)
        except BaseException as error:
            errors.append(error)

    start = threading.Barrier(count)
    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def poll(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True


class ReferencePool(unittest.TestCase):
    def test_references_dropped_while_detached(self):
        before = m.live()
        for _ in range(50):
            m.drop_detached([m.Node() for _ in range(100)], THREADS)
            self.assertTrue(m.pool_empty())
        self.assertTrue(poll(lambda: m.live() == before), m.live())

    def test_each_boundary_of_each_scope_applies_what_waits(self):
        before = m.live()
        self.assertTrue(m.boundaries_flush(m.Node))
        self.assertEqual(m.live(), before)

    def test_with_the_collector_running(self):
        before = m.live()

        def work(i):
            for _ in range(30):
                if i == 0:
                    gc.collect()
                else:
                    nodes = [m.Node() for _ in range(50)]
                    for node in nodes:
                        node.next = node
                    m.drop_detached(nodes, 2)

        in_threads(work)
        gc.collect()
        self.assertTrue(poll(lambda: gc.collect() is not None and m.live() == before), m.live())

    def test_pending_call_applies_a_decrement_when_nobody_attaches(self):
        before = m.live()
        m.drop_later(m.Node())
        deadline = time.monotonic() + 20
        while m.live() != before and time.monotonic() < deadline:
            time.sleep(0)  # live() enters no scope of the runtime; before 3.12 the main thread must take the GIL again
        self.assertEqual(m.live(), before)


class Attach(unittest.TestCase):
    def test_callbacks_from_native_threads(self):
        seen = []
        m.call_in_threads(seen.append, 8)
        self.assertEqual(sorted(seen), list(range(8)))


class OnceRef(unittest.TestCase):
    def test_one_winner_and_no_leak(self):
        before = m.live()
        for _ in range(100):
            owner, results = m.Node(), []

            def make():
                time.sleep(0)  # detaches: a critical section would be suspended here
                return m.Node()

            in_threads(lambda i: results.append(owner.cached(make)))
            self.assertEqual(len({id(r) for r in results}), 1)
            del owner, results
        self.assertTrue(poll(lambda: gc.collect() is not None and m.live() == before), m.live() - before)

    def test_one_winner_when_all_are_in_the_initialiser_at_once(self):
        before = m.live()
        owner, results = m.Node(), []
        all_inside = threading.Barrier(THREADS)

        def make():
            all_inside.wait()  # suspends: any lock held round the initialiser would be given up here, or deadlock
            return m.Node()

        in_threads(lambda i: results.append(owner.cached(make)))
        self.assertEqual(len({id(r) for r in results}), 1)
        self.assertTrue(poll(lambda: gc.collect() is not None and m.live() == before + 2), m.live() - before)

    def test_initialiser_that_asks_for_the_value(self):
        node = m.Node()
        self.assertEqual(node.cached(lambda: node.cached(lambda: 5) + 1), 5)

    def test_failure_is_passed_on_and_tried_again(self):
        node = m.Node()
        with self.assertRaises(ZeroDivisionError):
            node.cached(lambda: 1 / 0)
        self.assertEqual(node.cached(lambda: 5), 5)
        self.assertEqual(node.cached(lambda: 6), 5)


class Lists(unittest.TestCase):
    def test_reading_while_others_change(self):
        shared = [object() for _ in range(100)]
        stop = time.monotonic() + 1

        def work(i):
            while time.monotonic() < stop:
                if i == 0:
                    shared.append(object())
                    if len(shared) > 200:
                        shared.clear()
                elif i == 1:
                    shared.extend([object() for _ in range(50)])  # slice assignment races in 3.13.0 (gh-127536)
                elif i == 2:
                    m.count_items(shared)
                else:
                    for item in m.snapshot(shared):
                        repr(item)

        in_threads(work)

    def test_errors(self):
        with self.assertRaises(SystemError):
            m.snapshot(3)
        with self.assertRaises(SystemError):
            m.count_items(3)
        self.assertEqual(m.count_items([1, 2, 3]), 3)


class Cells(unittest.TestCase):
    def test_writers_exclude_each_other(self):
        before = m.cell_read()
        in_threads(lambda i: m.cell_add(5000))
        self.assertEqual(m.cell_read() - before, THREADS * 5000)

    def test_try_reports(self):
        with self.assertRaisesRegex(RuntimeError, "Already mutably borrowed"):
            m.cell_hold(m.cell_try)
        with self.assertRaisesRegex(RuntimeError, "Already borrowed"):
            m.cell_hold(lambda: m.cell_hold(int))
        m.cell_try()

    def test_waiting_does_not_stop_the_collector(self):
        def work(i):
            if i == 0:
                m.cell_hold(lambda: (time.sleep(0.3), gc.collect()))
            else:
                time.sleep(0.1)
                m.cell_add(1)

        in_threads(work)

    @unittest.skipIf(m.free_threaded(), "needs a GIL to tell who is attached")
    def test_a_waiting_thread_takes_the_borrow_when_it_is_attached_again(self):
        # Otherwise it could take it in the middle of a collection, which then sees another graph than it began with.
        waiter = threading.Thread(target=lambda: (time.sleep(0.05), m.cell_add(1)))
        waiter.start()
        self.assertTrue(m.cell_nobody_takes_while_attached())
        waiter.join()

    @unittest.skipIf(sys.platform == "win32", "needs signals")
    def test_waiting_can_be_interrupted(self):
        import os
        import signal

        def interrupt():
            time.sleep(0.2)
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with self.assertRaises(KeyboardInterrupt):
            m.cell_hold(lambda: m.cell_add(1))  # waits for itself
        thread.join()


class CriticalSections(unittest.TestCase):
    def test_sections_exclude_each_other(self):
        lock, other = [], []
        before = m.section_add(lock, other, 0)
        in_threads(lambda i: m.section_add(lock, other, 20000))
        self.assertEqual(m.section_add(lock, other, 0) - before, THREADS * 20000)


class FreeLists(unittest.TestCase):
    def test_bound_to_one_type(self):
        self.assertTrue(m.free_list_rules())


class Objects(unittest.TestCase):
    def test_create_and_destroy_in_all_threads(self):
        before = m.live()

        def work(i):
            for _ in range(3000):
                node = m.Node()
                node.next = m.Node()
                node.append(node.next)

        in_threads(work)
        self.assertTrue(poll(lambda: gc.collect() is not None and m.live() == before), m.live())

    def test_one_node_changed_by_all_threads_while_collecting(self):
        node = m.Node()

        def work(i):
            for j in range(2000):
                if i == 0 and j % 100 == 0:
                    gc.collect()
                node.next = m.Node()
                node.append(j)
                node.next

        in_threads(work)


if __name__ == "__main__":
    unittest.main()
