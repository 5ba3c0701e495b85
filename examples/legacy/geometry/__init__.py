"""Points and figures in the plane."""

from ._geometry import (
    Bounds,
    Figure,
    Layer,
    Point,
    Polygon,
    Raster,
    Transform,
    Union,
    centroid,
    furthest,
    grid,
    parallel,
    settle,
    watch,
)

__all__ = [
    "Bounds",
    "Figure",
    "Layer",
    "Point",
    "Polygon",
    "Raster",
    "Transform",
    "Union",
    "centroid",
    "furthest",
    "grid",
    "parallel",
    "settle",
    "watch",
]
