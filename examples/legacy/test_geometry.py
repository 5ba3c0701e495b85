import gc
import sys
import threading
import unittest

from geometry import Bounds, Point, Transform, centroid, furthest, grid, settle, watch


class ValueTest(unittest.TestCase):
    def test_coordinates(self):
        self.assertEqual((Point(1, 2).x, Point(1, 2).y), (1.0, 2.0))
        self.assertEqual((Point().x, Point(y=3).y), (0.0, 3.0))

    def test_coordinates_are_read_only(self):
        with self.assertRaises(AttributeError):
            Point().x = 1

    def test_equality_and_hash(self):
        self.assertEqual(Point(1, 2), Point(1, 2))
        self.assertNotEqual(Point(1, 2), Point(2, 1))
        self.assertNotEqual(Point(1, 2), (1, 2))
        self.assertEqual(len({Point(1, 2), Point(1, 2), Point(0, 0)}), 2)

    def test_arithmetic(self):
        self.assertEqual(Point(1, 2) + Point(3, 4), Point(4, 6))
        self.assertEqual(Point(1, 2) - Point(3, 4), Point(-2, -2))
        with self.assertRaises(TypeError):
            Point() + 1

    def test_repr(self):
        self.assertEqual(repr(Point(1, 2.5)), "Point(1.0, 2.5)")

    def test_distance(self):
        self.assertEqual(Point(0, 0).distance(Point(3, 4)), 5.0)
        with self.assertRaises(TypeError):
            Point().distance(None)

    def test_bad_arguments(self):
        with self.assertRaises(TypeError):
            Point("one")


class BulkTest(unittest.TestCase):
    def test_grid(self):
        self.assertEqual(grid(2, 2, step=0.5), [Point(0, 0), Point(0.5, 0), Point(0, 0.5), Point(0.5, 0.5)])
        self.assertEqual(grid(0, 5), [])
        with self.assertRaises(ValueError):
            grid(-1, 1)

    def test_centroid(self):
        self.assertEqual(centroid(grid(3, 3)), Point(1, 1))
        self.assertEqual(centroid(iter([Point(2, 4)])), Point(2, 4))
        with self.assertRaises(ValueError):
            centroid([])
        with self.assertRaises(TypeError):
            centroid([Point(), None])


class BorrowTest(unittest.TestCase):
    def test_bounds(self):
        bounds = Bounds()
        self.assertEqual(bounds.area(), 0.0)
        for point in grid(3, 4):
            bounds.include(point)
        self.assertEqual(bounds.area(), 6.0)
        with self.assertRaises(TypeError):
            bounds.include(None)

    def test_transform(self):
        transform = Transform()
        self.assertEqual(transform.apply(Point(1, 2)), Point(1, 2))
        transform.move(1, 0)
        transform.scale(2)
        self.assertEqual(transform.apply(Point(1, 2)), Point(4, 4))
        with self.assertRaises(TypeError):
            transform.apply(None)
        with self.assertRaises(TypeError):
            transform.scale(None)


class BackgroundTest(unittest.TestCase):
    def test_furthest(self):
        self.assertEqual(furthest(grid(3, 3)), Point(2, 2))
        with self.assertRaises(ValueError):
            furthest([])
        with self.assertRaises(TypeError):
            furthest([None])

    def test_watched_point_that_is_kept(self):
        p = Point(1, 2)
        watch(p)
        settle()
        self.assertEqual(p, Point(1, 2))


class ReuseTest(unittest.TestCase):
    def test_reused_points_start_afresh(self):
        for i in range(1000):
            grid(20, 20, step=i)
            self.assertEqual(Point(), Point(0, 0))

    def test_live_points_are_distinct(self):
        for _ in range(50):
            points = grid(32, 32)
            self.assertEqual(len({id(p) for p in points}), 1024)
            del points[::2]

    def test_subclass(self):
        class Named(Point):
            def __init__(self, x, y, name="p"):
                self.name = name

        for _ in range(1000):
            p = Named.__new__(Named, 1, 2)
            p.__init__(1, 2, "q")
            self.assertEqual((p.x, p.y, p.name), (1.0, 2.0, "q"))
        self.assertIs(type(p + Point()), Point)

    def test_subclass_without_dict(self):
        class Slim(Point):
            __slots__ = ()

        self.assertEqual([Slim(i, i).x for i in range(1000)], [float(i) for i in range(1000)])

    def test_subclass_in_cycle_is_collected(self):
        deleted = []

        class Looped(Point):
            def __del__(self):
                deleted.append(self.x)

        p = Looped(7, 7)
        p.self = p
        del p
        gc.collect()
        self.assertEqual(deleted, [7.0])


GIL_ENABLED = getattr(sys, "_is_gil_enabled", lambda: True)()


@unittest.skipUnless(GIL_ENABLED, "this module is not safe without the GIL; that is what it is here to show")
class ThreadTest(unittest.TestCase):
    def test_churn(self):
        wrong = []

        def churn(value):
            for _ in range(200):
                points = [Point(value, value) for _ in range(100)]
                wrong.extend(p for p in points if p.x != value)

        threads = [threading.Thread(target=churn, args=(float(n),)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
