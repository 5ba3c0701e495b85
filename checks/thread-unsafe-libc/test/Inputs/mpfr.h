/* What the tests need of a library that only some builds make thread-safe. */
#pragma once
#ifdef __cplusplus
extern "C" {
#endif
typedef struct {
  long precision;
} mpfr_t[1];
void mpfr_init(mpfr_t);
void mpfr_clear(mpfr_t);
double mpfr_get_d(const mpfr_t, int);
int mpfr_buildopt_tls_p(void);
#ifdef __cplusplus
}
#endif
