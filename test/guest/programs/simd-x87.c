// SPDX-License-Identifier: MPL-2.0
// SSE to SSE4.2 and x87: results as bits and checksums, rounding modes, sticky flags, conversions.

#include "check.h"
#include <emmintrin.h>
#include <fenv.h>
#include <math.h>
#include <nmmintrin.h>
#include <pmmintrin.h>
#include <smmintrin.h>
#include <tmmintrin.h>

static unsigned long long bits(double value) {
  unsigned long long result;
  memcpy(&result, &value, 8);
  return result;
}

static unsigned long long fold(__m128i value) {
  return checksum(&value, sizeof value);
}

__attribute__((target("sse4.2"))) static void integers(void) {
  unsigned long long state = 1, hash = 0;
  for (int i = 0; i < 500; i++) {
    __m128i a = _mm_set_epi64x(next_random(&state), next_random(&state));
    __m128i b = _mm_set_epi64x(next_random(&state), next_random(&state));
    __m128i results[] = {
        _mm_add_epi8(a, b), _mm_adds_epi16(a, b), _mm_subs_epu8(a, b), _mm_mullo_epi16(a, b), _mm_mulhi_epu16(a, b),
        _mm_madd_epi16(a, b), _mm_sad_epu8(a, b), _mm_avg_epu8(a, b), _mm_packs_epi32(a, b), _mm_packus_epi16(a, b),
        _mm_unpacklo_epi8(a, b), _mm_unpackhi_epi32(a, b), _mm_cmpgt_epi16(a, b), _mm_cmpeq_epi8(a, b),
        _mm_sll_epi32(a, _mm_cvtsi32_si128(i % 40)), _mm_sra_epi16(a, _mm_cvtsi32_si128(i % 20)), _mm_slli_si128(a, 5),
        _mm_shuffle_epi32(a, 0x1b), _mm_shufflehi_epi16(a, 0x4e), _mm_andnot_si128(a, b), _mm_mul_epu32(a, b),
        _mm_shuffle_epi8(a, b), _mm_hadd_epi16(a, b), _mm_maddubs_epi16(a, b), _mm_sign_epi32(a, b), _mm_abs_epi8(a),
        _mm_mulhrs_epi16(a, b), _mm_alignr_epi8(a, b, 7), _mm_mullo_epi32(a, b), _mm_min_epi8(a, b), _mm_max_epu32(a, b),
        _mm_blendv_epi8(a, b, _mm_xor_si128(a, b)), _mm_cvtepi8_epi32(a), _mm_cvtepu16_epi64(b), _mm_packus_epi32(a, b),
        _mm_minpos_epu16(a), _mm_mpsadbw_epu8(a, b, 5), _mm_cmpgt_epi64(a, b), _mm_mul_epi32(a, b), _mm_insert_epi16(a, i, 3),
    };
    for (size_t k = 0; k < sizeof results / sizeof *results; k++) hash = hash * 31 + fold(results[k]);
    hash = hash * 31 + _mm_movemask_epi8(a) + _mm_extract_epi16(b, 2) + _mm_testz_si128(a, b) + _mm_crc32_u64(hash, i);
  }
  printf("integers %016llx\n", hash);
  __m128i text = _mm_loadu_si128((const __m128i *)"hello, vectors!!"), set = _mm_loadu_si128((const __m128i *)"aeiou\0\0\0\0\0\0\0\0\0\0");
  printf("strings %d %d %d %d\n", _mm_cmpistri(set, text, _SIDD_CMP_EQUAL_ANY), _mm_cmpestri(set, 5, text, 16, _SIDD_CMP_EQUAL_ANY | _SIDD_MOST_SIGNIFICANT),
         _mm_cmpistri(_mm_loadu_si128((const __m128i *)"vec\0\0\0\0\0\0\0\0\0\0\0\0\0"), text, _SIDD_CMP_EQUAL_ORDERED), _mm_cmpistrz(set, text, 0));
  printf("crc %08x popcnt %d\n", _mm_crc32_u32(0xffffffff, 0x12345678), (int)_mm_popcnt_u64(0xf0f0f0f0f0f0f0f1ULL));
}

__attribute__((target("sse4.2"))) static void floats(void) {
  unsigned long long state = 2, hash = 0;
  for (int i = 0; i < 500; i++) {
    __m128d a = _mm_set_pd((double)(long long)next_random(&state), (double)(long long)next_random(&state) * 0x1p-50);
    __m128d b = _mm_set_pd((double)(long long)next_random(&state) * 0x1p-20, (double)(int)next_random(&state));
    __m128 c = _mm_cvtpd_ps(a), d = _mm_cvtpd_ps(b);
    __m128d doubles[] = {_mm_add_pd(a, b), _mm_sub_pd(a, b), _mm_mul_pd(a, b), _mm_div_pd(a, b), _mm_sqrt_pd(_mm_and_pd(a, _mm_castsi128_pd(_mm_set1_epi64x(0x7fffffffffffffffLL)))),
                         _mm_min_pd(a, b), _mm_max_pd(a, b), _mm_cmplt_pd(a, b), _mm_hadd_pd(a, b), _mm_addsub_pd(a, b), _mm_unpackhi_pd(a, b),
                         _mm_floor_pd(b), _mm_ceil_pd(b), _mm_round_pd(b, _MM_FROUND_TO_NEAREST_INT), _mm_dp_pd(a, b, 0x33), _mm_cvtps_pd(c), _mm_shuffle_pd(a, b, 1)};
    __m128 singles[] = {_mm_add_ps(c, d), _mm_mul_ps(c, d), _mm_div_ps(c, d), _mm_sqrt_ps(_mm_mul_ps(d, d)), _mm_cmpneq_ps(c, d), _mm_min_ss(c, d), _mm_dp_ps(c, d, 0x71),
                        _mm_movehl_ps(c, d), _mm_shuffle_ps(c, d, 0x39), _mm_cvtepi32_ps(_mm_castps_si128(c)), _mm_insert_ps(c, d, 0x58), _mm_hsub_ps(c, d), _mm_blend_ps(c, d, 6)};
    for (size_t k = 0; k < sizeof doubles / sizeof *doubles; k++) hash = hash * 31 + fold(_mm_castpd_si128(doubles[k]));
    for (size_t k = 0; k < sizeof singles / sizeof *singles; k++) hash = hash * 31 + fold(_mm_castps_si128(singles[k]));
    hash = hash * 31 + _mm_cvttsd_si64(a) + _mm_cvtsd_si32(b) + _mm_movemask_pd(a) + _mm_comilt_sd(a, b) + fold(_mm_cvtpd_epi32(b)) + fold(_mm_cvttps_epi32(d));
  }
  printf("floats %016llx\n", hash);
}

static void rounding(void) {
  static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
  volatile double one = 1, three = 3, halves[] = {0.5, 1.5, 2.5, -0.5, -2.5};
  volatile long double long_one = 1, long_three = 3;
  for (int m = 0; m < 4; m++) {
    fesetround(modes[m]);
    printf("mode %d: %016llx %016llx %.21Lg %lld", m, bits(one / three), bits(-one / three), long_one / long_three, llrint(-2.5));
    for (int i = 0; i < 5; i++) printf(" %g", nearbyint(halves[i]));
    printf(" %a\n", (double)(float)(one / three));
  }
  fesetround(FE_TONEAREST);
  volatile double zero = 0, huge = 1e308, tiny = 1e-308, result;
  volatile long double long_zero = 0, long_result;
#define FLAGS(text, statement)                                                                                   \
  feclearexcept(FE_ALL_EXCEPT), statement,                                                                         \
      printf("%s: invalid %d divide %d overflow %d underflow %d inexact %d\n", text, !!fetestexcept(FE_INVALID),   \
             !!fetestexcept(FE_DIVBYZERO), !!fetestexcept(FE_OVERFLOW), !!fetestexcept(FE_UNDERFLOW), !!fetestexcept(FE_INEXACT))
  FLAGS("1/0", result = one / zero);
  FLAGS("0/0", result = zero / zero);
  FLAGS("1e308*10", result = huge * 10);
  FLAGS("1e-308/3e10", result = tiny / 3e10);
  FLAGS("1/3", result = one / three);
  FLAGS("2/1", result = 2 / one);
  FLAGS("x87 1/0", long_result = long_one / long_zero);
  FLAGS("x87 sqrt(-1)", long_result = sqrtl(-long_one));
  (void)result, (void)long_result;
}

#define X87(operation, in1, in2)                                                  \
  ({                                                                              \
    long double r_;                                                               \
    __asm__ volatile(operation : "=t"(r_) : "0"((long double)(in1)), "u"((long double)(in2))); \
    r_;                                                                           \
  })

static void x87(void) {
  printf("%.20Lg %.20Lg %.20Lg\n", X87("fsqrt", 2, 0), X87("frndint", 2.5, 0), X87("fprem", 17.25L, 5));
  printf("%.20Lg %.20Lg %.20Lg\n", X87("fprem1", 17.25L, 5), X87("fscale", 3, 10), X87("fabs", -7.5L, 0));
  printf("%.15Lg %.15Lg %.15Lg\n", X87("fsin", 1, 0), X87("fcos", 1, 0), X87("f2xm1", 0.5L, 0));
  long double pi, log2_of_10, mantissa, exponent;
  __asm__("fldpi" : "=t"(pi));
  __asm__("fldl2t" : "=t"(log2_of_10));
  __asm__("fxtract" : "=t"(mantissa), "=u"(exponent) : "0"(-40.0L));
  printf("%.21Lg %.21Lg %Lg %Lg\n", pi, log2_of_10, mantissa, exponent);
  unsigned char decimal[10] = {0};
  long double number = 1234567890123.0L;
  __asm__ volatile("fldt %1; fbstp %0" : "=m"(decimal) : "m"(number));
  for (int i = 9; i >= 0; i--) printf("%02x", decimal[i]);
  unsigned short status, control = 0x027f, old;
  long double third, long_one = 1, long_three = 3;
  // Precision control rounds to 53 bits although registers hold 64.
  __asm__ volatile("fnstcw %0" : "=m"(old));
  __asm__ volatile("fldcw %1; fldt %3; fldt %2; fdivrp; fstpt %0" : "=m"(third) : "m"(control), "m"(long_three), "m"(long_one));
  __asm__ volatile("fldcw %0; fnstsw %%ax; movw %%ax, %1" : : "m"(old), "m"(status) : "ax", "memory");
  printf(" %.21Lg\n", third);
  __asm__ volatile("fldz; fld1; fcompp; fnstsw %0" : "=a"(status));
  printf("compare %04x, control %04x\n", status & 0x4500, old);
  long double sum = 0;
  for (int i = 1; i <= 10000; i++) sum += 1.0L / i * (i % 3 ? 1 : -1);
  printf("%.19Lg %lld %d\n", sum, llrintl(sum * 1e15L), (int)sum);
}

static void library(void) {
  // Fewer digits than a double has: libraries differ in the last ones.
  for (double x = -2; x <= 2; x += 0.7) printf("%.11g %.11g %.11g %.11g %.11g\n", sin(x), cos(x), exp(x), atan(x), tanh(x));
  printf("%.11g %.11g %.11g %.11g %.11g\n", log(10), pow(2, 0.5), cbrt(27), hypot(3, 4), fmod(10, 3.3));
  printf("%.11g %.11g %.11g %g %g\n", tgamma(5.5), lgamma(10), erf(0.5), trunc(-2.7), round(2.5));
  double whole;
  int exponent;
  double fraction = modf(-3.75, &whole), mantissa = frexp(40, &exponent);
  printf("%g %g %g %d %g\n", fraction, whole, mantissa, exponent, ldexp(0.75, 5));
}

int main(void) {
  integers();
  floats();
  rounding();
  x87();
  library();
  return 0;
}
