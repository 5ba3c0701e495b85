"""Points and figures in the plane."""

from ._geometry import Figure, Layer, Point, Polygon, centroid, grid

__all__ = ["Figure", "Layer", "Point", "Polygon", "centroid", "grid"]
