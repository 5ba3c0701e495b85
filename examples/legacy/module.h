#ifndef GEOMETRY_MODULE_H
#define GEOMETRY_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Each type lives in a file of its own and offers one function that adds it to the module. */

typedef struct {
  PyObject_HEAD double x;
  double y;
} PointObject;

extern PyTypeObject Point_Type;

#define Point_Check(op) PyObject_TypeCheck((op), &Point_Type)

PyObject *point_create(double x, double y);
void point_free_spares(void);
void figure_free_spares(void);

int background_add_to_module(PyObject *module);
int bounds_add_to_module(PyObject *module);
int figure_add_to_module(PyObject *module);
int point_add_to_module(PyObject *module);
int raster_add_to_module(PyObject *module);
int transform_add_to_module(PyObject *module);
int union_add_to_module(PyObject *module);
int workers_add_to_module(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
