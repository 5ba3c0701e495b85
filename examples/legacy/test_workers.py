import gc
import sys
import threading
import time
import unittest
import weakref

from geometry import Point, grid, parallel


GIL_ENABLED = getattr(sys, "_is_gil_enabled", lambda: True)()


@unittest.skipUnless(GIL_ENABLED, "this module is not safe without the GIL; that is what it is here to show")
class ParallelTest(unittest.TestCase):
    def test_results_are_in_order(self):
        points = grid(20, 20)
        self.assertEqual(parallel(lambda p: p + Point(1, 0), points), [p + Point(1, 0) for p in points])
        self.assertEqual(parallel(str, range(5), 1), list("01234"))
        self.assertEqual(parallel(str, []), [])

    def test_bad_arguments(self):
        for workers in 0, 65:
            with self.assertRaises(ValueError):
                parallel(str, [], workers)
        with self.assertRaises(TypeError):
            parallel(str, None)

    def test_an_exception_comes_back(self):
        def divide(n):
            return 1 // (n - 50)

        try:
            parallel(divide, range(100))
        except ZeroDivisionError as error:
            self.assertEqual(error.__traceback__.tb_next.tb_frame.f_code.co_name, "divide")
        else:
            self.fail("nothing was raised")

    def test_nothing_is_kept(self):
        class Item:
            pass

        for function in (lambda item: item), (lambda item: item.missing):
            items = [Item() for _ in range(20)]
            left = [weakref.ref(item) for item in items]
            try:
                parallel(function, items)
            except AttributeError:
                pass
            del items
            gc.collect()
            self.assertEqual([one for one in left if one() is not None], [])

    def test_other_threads_run_meanwhile(self):
        seen = []
        thread = threading.Thread(target=lambda: seen.append(parallel(lambda n: time.sleep(0.01), range(8))))
        thread.start()
        parallel(lambda n: gc.collect(0), range(8))
        thread.join()
        self.assertEqual(seen, [[None] * 8])

    def test_workers_make_and_drop_points(self):
        totals = parallel(lambda n: sum(p.x for p in grid(10, 10, step=n)), range(200), 8)
        self.assertEqual(totals, [450.0 * n for n in range(200)])


if __name__ == "__main__":
    unittest.main()
