// Elements of any type but bits in short blocks of one of two domains: float64, which holds every float32 exactly, and
// int64, which holds the integers and bools. What is computed on blocks needs one loop a domain, not one a type.
#ifndef BNNM_ELEMENT_BLOCKS_H
#define BNNM_ELEMENT_BLOCKS_H

#include <stddef.h>

#include "bnnm_kernels.h"

enum { BNNMK_BLOCK = 128 };

// x[i] = element first + i * step, as float64; `count` is at most BNNMK_BLOCK. Of int64 the nearest float64.
void bnnmk_load_reals(double *x, const void *elements, bnnmk_element_type type, size_t first, size_t step,
                      size_t count);

// The same as int64. Not of float32.
void bnnmk_load_integers(int64_t *x, const void *elements, bnnmk_element_type type, size_t first, size_t step,
                         size_t count);

// element first + i = x[i], as a cast of bnnm_format.h says: rounded to float32; to integers towards zero, saturating,
// and 0 for NaN; to bool whether it is not 0.
void bnnmk_store_reals(const double *x, void *elements, bnnmk_element_type type, size_t first, size_t count);

// The same of integers: rounded once to float32; wrapped around to int32; to bool whether it is not 0.
void bnnmk_store_integers(const int64_t *x, void *elements, bnnmk_element_type type, size_t first, size_t count);

#endif
