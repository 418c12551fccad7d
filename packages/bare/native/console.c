// SPDX-License-Identifier: MPL-2.0
// The early console: the first serial port, polled; and the end of the machine.

#include <stdarg.h>
#include <stdio.h>
#include "bare.h"

#define COM1 0x3f8
#define TRANSMITTER_EMPTY 0x20
// A port that is not there reads as all ones, so this bound is for a broken one.
#define MAX_POLLS 100000

void console_init(void) {
  port_write8(COM1 + 1, 0);     // no interrupts
  port_write8(COM1 + 3, 0x80);  // divisor latch
  port_write8(COM1, 1);         // 115200 baud
  port_write8(COM1 + 1, 0);
  port_write8(COM1 + 3, 3);     // 8 data bits, no parity
  port_write8(COM1 + 2, 7);     // FIFOs on and empty
}

void console_write(uint8_t byte) {
  for (int polls = 0; polls < MAX_POLLS; polls++) {
    if (port_read8(COM1 + 5) & TRANSMITTER_EMPTY) break;
  }
  port_write8(COM1, byte);
}

void console_print(const char *text) {
  for (; *text; text++) {
    if (*text == '\n') console_write('\r');
    console_write((uint8_t)*text);
  }
}

static void print_formatted(const char *format, va_list arguments) {
  char text[512];
  vsnprintf(text, sizeof text, format, arguments);
  console_print(text);
}

void console_printf(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_formatted(format, arguments);
  va_end(arguments);
}

void native_panic(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  console_print("\naster: panic below TypeScript: ");
  print_formatted(format, arguments);
  console_print("\n");
  va_end(arguments);
  machine_stop(EXIT_PANIC_CODE);
}

void machine_stop(uint8_t debug_exit_code) {
  port_write8(DEBUG_EXIT_PORT, debug_exit_code);
  // Without the device the machine stands still.
  for (;;) __asm__ volatile("cli; hlt");
}
