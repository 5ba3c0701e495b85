import gc
import sys
import threading
import unittest

from geometry import Point, Union


class UnionTest(unittest.TestCase):
    def test_parameters_are_computed_once(self):
        union = Union([Point(1, 2), Point(1, 2), Point(3, 4)])
        self.assertEqual(set(union.parameters), {Point(1, 2), Point(3, 4)})
        union.members.clear()
        self.assertIs(union.parameters, union.parameters)
        self.assertEqual(len(union.parameters), 2)

    def test_repr(self):
        self.assertEqual(repr(Union([Point(1, 2), Point(3, 4)])), "Point(1.0, 2.0) | Point(3.0, 4.0)")
        self.assertEqual(repr(Union([])), "")

    def test_bad_members(self):
        with self.assertRaises(TypeError):
            Union(1)
        with self.assertRaises(TypeError):
            Union([[]]).parameters

    def test_cycles_are_collected(self):
        union = Union([])
        union.members.append(union)
        del union
        self.assertGreater(gc.collect(), 0)


GIL_ENABLED = getattr(sys, "_is_gil_enabled", lambda: True)()


@unittest.skipUnless(GIL_ENABLED, "this module is not safe without the GIL; that is what it is here to show")
class ThreadTest(unittest.TestCase):
    def test_union_that_others_change(self):
        for _ in range(50):
            union = Union([Point(n, n) for n in range(20)])
            seen = []

            def use():
                seen.append(union.parameters)
                repr(union)
                union.members.append(Point(1, 2))
                union.members.clear()

            threads = [threading.Thread(target=use) for _ in range(8)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(len({id(parameters) for parameters in seen}), 1)


if __name__ == "__main__":
    unittest.main()
