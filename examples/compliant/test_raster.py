import threading
import unittest

from geometry import Raster


class RasterTest(unittest.TestCase):
    def test_pixels(self):
        raster = Raster(3, 2)
        raster.set(1, 0, 7)
        raster.set(2, 1, 9)
        self.assertEqual(bytes(raster), bytes([0, 7, 0, 0, 0, 9]))
        for x, y in (3, 0), (0, 2), (-1, 0):
            with self.assertRaises(IndexError):
                raster.set(x, y, 1)

    def test_size(self):
        raster = Raster(0, 0)
        self.assertEqual(bytes(raster), b"")
        with self.assertRaises(IndexError):
            raster.set(0, 0, 1)
        raster.resize(2, 2)
        self.assertEqual(len(bytes(raster)), 4)
        for size in (-1, 1), (1 << 40, 1 << 40):
            with self.assertRaises(ValueError):
                raster.resize(*size)
            with self.assertRaises(ValueError):
                Raster(*size)

    def test_views_keep_the_pixels(self):
        raster = Raster(2, 2)
        with memoryview(raster) as one, memoryview(raster) as other:
            self.assertTrue(one.readonly)
            self.assertEqual(one, other)
            with self.assertRaises(BufferError):
                raster.set(0, 0, 1)
            with self.assertRaises(BufferError):
                raster.resize(1, 1)
        raster.set(0, 0, 1)
        raster.resize(1, 1)


class ThreadTest(unittest.TestCase):
    def test_a_view_never_changes(self):
        raster, wrong = Raster(64, 64), []
        done = threading.Event()

        def read():
            while not done.is_set():
                try:
                    with memoryview(raster) as view:
                        if bytes(view) != bytes(view):
                            wrong.append(view.nbytes)
                except BufferError:
                    pass

        def write():
            for n in range(3000):
                try:
                    raster.resize(64, n % 64 + 1)
                    raster.set(n % 64, 0, n % 256)
                except BufferError:
                    pass
            done.set()

        threads = [threading.Thread(target=each) for each in (read, read, write)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
