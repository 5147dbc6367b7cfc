// What exponentials and error functions of float32 numbers look up: sixteen numbers at a time, which are a register or
// two. From arithmetic of float32 and fused multiply-adds in the same places, so that all levels give the same bits.
//
//   e^x = 2^n e^r with n = x / ln 2 to the nearest sixteenth, |r| <= ln 2 / 32; 2^n is a power of two times a number of
//   the table, and e^r is 1 + r + r^2 times a fit. Within 0.62 units in the last place, denormal results 0.78.
//
//   erf(|x|) by sixteen pieces of width 65/256: in the first three |x| + |x| fit(x^2), in others value + d fit(d), with
//   d the distance from a center, which is chosen so that the value there is nearly a float32. Within 0.73 units.
//
// Fits are Chebyshev interpolations.
#ifndef BNNM_EXPONENTIAL_TABLES_H
#define BNNM_EXPONENTIAL_TABLES_H

// Adding 1.5 * 2^19 leaves the nearest sixteenth; its last four bits say how many beyond a whole number.
#define BNNMK_NEAREST_SIXTEENTH 786432.0f

// Float32 has 0 below; and infinity from n = 128 on, which larger numbers keep, while r grows.
#define BNNMK_LEAST_EXPONENT (-104.5f)
#define BNNMK_MOST_SHIFTED (BNNMK_NEAREST_SIXTEENTH + 128.0f)
// 1 / ln 2, and ln 2 in two parts; n times the first of them is exact.
#define BNNMK_PER_LN_2 1.442695f
#define BNNMK_LN_2_HIGH 0.693115234375f
#define BNNMK_LN_2_LOW 3.1946183e-05f
#define BNNMK_EXPONENTIAL_2 0.5000098f
#define BNNMK_EXPONENTIAL_3 0.16666862f

// 2^(j / 16) and what it is more than that float32.
enum { BNNMK_POWER, BNNMK_POWER_REST, BNNMK_EXPONENTIAL_ROWS };
extern const float bnnmk_exponential_table[BNNMK_EXPONENTIAL_ROWS][16];

// Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
#define BNNMK_NEAREST 12582912.0f
// Float32 has 1 from here on.
#define BNNMK_MOST_ERROR 3.93f
#define BNNMK_PIECES_PER_UNIT (256.0f / 65.0f)
#define BNNMK_FIRST_PIECES 3.0f

// Centers, values there, and coefficients of the fits; of the first pieces only these.
enum { BNNMK_CENTER, BNNMK_VALUE, BNNMK_FIT, BNNMK_ERROR_ROWS = BNNMK_FIT + 6 };
extern const float bnnmk_error_table[BNNMK_ERROR_ROWS][16];

#endif
