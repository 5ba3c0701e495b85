"""Points in the plane."""

from ._geometry import Bounds, Point, Transform, centroid, grid

__all__ = ["Bounds", "Point", "Transform", "centroid", "grid"]
