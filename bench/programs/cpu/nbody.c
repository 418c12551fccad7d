// SPDX-License-Identifier: MPL-2.0
// Five bodies in double precision.
#include "loop.h"
#include <math.h>

enum { BODIES = 5, STEPS = 150000 };
static struct body {
  double p[3], v[3], mass;
} bodies[BODIES];

static void step(double dt) {
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    for (int j = i + 1; j < BODIES; j++) {
      struct body *b = &bodies[j];
      double dx = a->p[0] - b->p[0], dy = a->p[1] - b->p[1], dz = a->p[2] - b->p[2];
      double square = dx * dx + dy * dy + dz * dz + 0.01;
      double force = dt / (square * sqrt(square));
      a->v[0] -= dx * b->mass * force, a->v[1] -= dy * b->mass * force, a->v[2] -= dz * b->mass * force;
      b->v[0] += dx * a->mass * force, b->v[1] += dy * a->mass * force, b->v[2] += dz * a->mass * force;
    }
  }
  for (int i = 0; i < BODIES; i++)
    for (int d = 0; d < 3; d++) bodies[i].p[d] += dt * bodies[i].v[d];
}

static uint64_t work(void) {
  for (int i = 0; i < BODIES; i++) {
    bodies[i].mass = 1.0 / (i + 1);
    for (int d = 0; d < 3; d++) {
      bodies[i].p[d] = (i * 3 + d) * 0.731 - 4;
      bodies[i].v[d] = (d - i) * 0.013;
    }
  }
  for (int i = 0; i < STEPS; i++) step(0.001);
  uint64_t bits;
  memcpy(&bits, &bodies[0].p[0], sizeof bits);
  return bits;
}
