// SPDX-License-Identifier: MPL-2.0
// CRC-32 by table, a byte at a time.
#include "loop.h"

static uint32_t table[256];
static uint8_t data[1 << 20];

static uint64_t work(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + (i >> 8));
  uint32_t crc = ~0u;
  for (int round = 0; round < 12; round++)
    for (size_t i = 0; i < sizeof data; i++) crc = table[(crc ^ data[i]) & 255] ^ (crc >> 8);
  return ~crc;
}
