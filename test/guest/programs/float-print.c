// SPDX-License-Identifier: MPL-2.0
// Printing floating-point numbers: %f %e %g %a, precision, rounding, subnormals, infinities, long double.

#include "check.h"
#include <fenv.h>
#include <float.h>
#include <math.h>

static const double values[] = {
    0.0, -0.0, 1.0, -1.5, 0.1, 0.2, 1.0 / 3, 2.0 / 3, 100, 1e15, 123456789012345680.0, 1e21, 1e22, 1e23, 5e-324,
    2.2250738585072014e-308, 2.2250738585072009e-308, 1.7976931348623157e308, 9007199254740993.0, 0.5, 1.5, 2.5, 3.5,
    0.045, 1.005, 2.675, 999999.5, 9999995, 0.0001, 0.00001, 123.456, 3.141592653589793, 2.718281828459045, 4.35,
    1e-7, 6.02214076e23, 1.602176634e-19, INFINITY, -INFINITY,
};

int main(void) {
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    double v = values[i];
    printf("%.17g|%g|%e|%.3f|%.0f|%.0e|%#.3g|%+.1f\n", v, v, v, v, v, v, v, v);
  }
  printf("%d %d\n", isnan(NAN), isnan(sqrt(-1.0)));
  printf("[%10.3f] [%-10.3f] [%010.3f] [% .2e] [%#.0f] [%20.10a]\n", 3.14159, 3.14159, -3.14159, 2.5, 7.0, 1.0);
  printf("%a %a %a %.2a %A\n", 1.0, 0.1, 255.5, 1.999, 10.0);
  printf("%.60f\n", 0.1);
  printf("%.50e\n", 1e300);
  printf("%.1074f\n", 5e-324);
  printf("%f\n", DBL_MAX);
  printf("%F %E %G\n", INFINITY, -INFINITY, 1e-10);

  long double third = 1.0L / 3, big = LDBL_MAX, tiny = LDBL_MIN;
  printf("%.21Lg %.30Lf %Le\n", third, third, third);
  printf("%.21Lg %.21Lg %.21Lg\n", big, tiny, tiny / 1024);
  printf("%.21Lg %.21Lg\n", 0.1L, 18446744073709551615.0L);
  printf("%.20Lg %.20Lg\n", sqrtl(2), (long double)0.1);
  printf("%Lf %Lg\n", -INFINITY * 1.0L, -0.0L);

  // Every rounding mode, where the C library honours it in conversions to text of exact halves.
  printf("%.0f %.0f %.0f %.0f %.2f %.1f\n", 0.5, 1.5, 2.5, -0.5, 0.125, 0.25);

  // Shortest round trips of random bit patterns.
  unsigned long long state = 2024, hash = 0;
  char text[400];
  int wrong = 0;
  for (int i = 0; i < 3000; i++) {
    unsigned long long bits = next_random(&state), again_bits;
    double v, again;
    memcpy(&v, &bits, sizeof v);
    if (isnan(v)) continue;
    int length = snprintf(text, sizeof text, "%.17g", v);
    again = strtod(text, NULL);
    memcpy(&again_bits, &again, sizeof again);
    wrong += again_bits != bits;
    hash = hash * 31 + checksum(text, length);
    length = snprintf(text, sizeof text, "%.12f %.5e %a", v, v, v);
    hash = hash * 31 + checksum(text, strcspn(text, "x"));
  }
  printf("random: %d wrong, checksum %016llx\n", wrong, hash);
  return 0;
}
