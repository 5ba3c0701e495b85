from setuptools import Extension, setup

setup(
    name="geometry-legacy",
    version="1.0",
    packages=["geometry"],
    python_requires=">=3.10",
    ext_modules=[Extension("geometry._geometry",
                           ["module.c", "background.cpp", "bounds.c", "figure.c", "point.c", "raster.c", "transform.cpp", "union.c", "workers.cpp"],
                           depends=["module.h"])],
)
