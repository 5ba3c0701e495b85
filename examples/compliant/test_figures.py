import gc
import unittest
import weakref

from geometry import Figure, Layer, Polygon


class Tag:
    pass


class FigureTest(unittest.TestCase):
    def test_tag(self):
        self.assertIsNone(Figure().tag)
        self.assertEqual(Figure(tag="red").tag, "red")

    def test_polygon_is_a_figure(self):
        polygon = Polygon([1, 2, 3], tag="red")
        self.assertIsInstance(polygon, Figure)
        self.assertEqual((polygon.corners, polygon.tag), ((1, 2, 3), "red"))

    def test_layer(self):
        layer = Layer()
        layer.add(Figure())
        layer.add(Polygon([]))
        self.assertEqual(len(layer), 2)


class CycleTest(unittest.TestCase):
    """Everything must be freed, every time: many cycles, not one."""

    def assertFreed(self, make):
        left = [make() for _ in range(200)]
        gc.collect()
        self.assertEqual([one for one in left if one() is not None], [])

    def test_figure(self):
        def make():
            tag = Tag()
            tag.figure = Figure(tag)
            return weakref.ref(tag)

        self.assertFreed(make)

    def test_layer(self):
        def make():
            tag, layer = Tag(), Layer()
            layer.add(Figure(tag))
            tag.layer = layer
            return weakref.ref(tag)

        self.assertFreed(make)

    def test_polygon(self):
        def make():
            tag = Tag()
            tag.polygon = Polygon([], tag)
            return weakref.ref(tag)

        self.assertFreed(make)

    def test_class_derived_from_layer(self):
        def make():
            class Derived(Layer):
                pass

            Derived.instance = Derived()
            return weakref.ref(Derived)

        self.assertFreed(make)


if __name__ == "__main__":
    unittest.main()
