// SPDX-License-Identifier: MPL-2.0
// Parsing floating-point numbers: exact halves, subnormals, overflow, hexadecimal, long digits, end pointers.

#include "check.h"
#include <float.h>
#include <math.h>

static void parse(const char *text) {
  char *end;
  errno = 0;
  double value = strtod(text, &end);
  unsigned long long bits;
  memcpy(&bits, &value, sizeof bits);
  if (isnan(value)) bits = 0x7ff8000000000000ULL;
  // Libraries differ on errno for underflow and for hexadecimal overflow.
  printf("%-32.32s %016llx rest [%.8s] %s\n", text, bits, end, errno == ERANGE && isinf(value) && strchr(text, 'x') == NULL ? "ERANGE" : "");
}

static void parse_long(const char *text) {
  char *end;
  long double value = strtold(text, &end);
  unsigned char bytes[16] = {0};
  memcpy(bytes, &value, 10);
  printf("%-32.32s ", text);
  for (int i = 9; i >= 0; i--) printf("%02x", bytes[i]);
  printf(" rest [%s]\n", end);
}

int main(void) {
  static const char *const texts[] = {
      "0", "-0", "1", "+1.5", ".5", "5.", ".", "", "-", "  42", "\t\n7x", "1e3", "1E+3", "1e", "1e+", "1e-3z", "1_000",
      "0.1", "0.2", "0.3", "123456789", "9007199254740992", "9007199254740993", "9007199254740994", "9007199254740995",
      "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1e-324", "1e-400",
      "2.2250738585072011e-308", "2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623158e308",
      "1.7976931348623159e308", "1e309", "-1e400", "1e99999999999", "1e-99999999999", "0e99999999999",
      "0x1p0", "0x1.8p1", "0X.8P-1", "0x1.fffffffffffff8p0", "0x1.fffffffffffff7p0", "0x1.00000000000008p0",
      "0x1.000000000000081p0", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1p1024", "0x", "0xg", "0x1p", "0x.p1",
      "inf", "INFINITY", "-infinit", "nan", "nan(123)", "nan(", "infx",
      "1.00000000000000011102230246251565404236316680908203125",
      "1.00000000000000011102230246251565404236316680908203124",
      "1.00000000000000011102230246251565404236316680908203126",
      "0.500000000000000166533453693773481063544750213623046875",
      "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
      "100000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
      "0.000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
      "3.14159265358979323846264338327950288419716939937510582097494459",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) parse(texts[i]);

  static const char *const long_texts[] = {
      "1", "0.1", "-0.3", "1e4932", "1e4933", "3.6451995318824746025e-4951", "1e-4932", "18446744073709551615",
      "18446744073709551616", "18446744073709551617", "0x1.fffffffffffffffep0", "0x1.ffffffffffffffffp0",
      "3.14159265358979323846264338327950288", "1.18973149535723176502e4932",
  };
  for (size_t i = 0; i < sizeof long_texts / sizeof *long_texts; i++) parse_long(long_texts[i]);

  printf("float: %a %a %a\n", strtof("0.1", NULL), strtof("16777217", NULL), strtof("1e-46", NULL));
  double first;
  float second;
  long double third;
  int whole, characters;
  printf("%d:", sscanf("2.5 -7e2 0x1p4 99rest", "%lf %f %Lf %d%n", &first, &second, &third, &whole, &characters));
  printf(" %g %g %Lg %d %d\n", first, second, third, whole, characters);
  printf("%g %d\n", atof("12.5abc"), atoi("  -42x"));

  // Round trips at increasing precision never need more than 17 digits.
  unsigned long long state = 7, worst = 0;
  for (int i = 0; i < 2000; i++) {
    double value = (double)(long long)next_random(&state) * 0x1p-40;
    char text[64];
    unsigned long long digits = 1;
    for (; digits < 20; digits++) {
      snprintf(text, sizeof text, "%.*g", (int)digits, value);
      if (strtod(text, NULL) == value) break;
    }
    if (digits > worst) worst = digits;
  }
  printf("worst round trip: %llu digits\n", worst);
  return 0;
}
