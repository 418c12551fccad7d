// SPDX-License-Identifier: MPL-2.0
// What the parts of the native runtime know of each other.

#ifndef ASTER_BARE_H
#define ASTER_BARE_H

#include <stddef.h>
#include <stdint.h>
#include "layout.h"

// --- cpu.c: descriptor tables, MSRs, what the CPU has

void cpu_init(void);
void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);
// Fills `length` bytes with RDRAND; 0 when the CPU has none (then nothing is written).
int cpu_random(uint8_t *out, size_t length);

static inline uint64_t rdtsc(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value) {
  __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline void port_write8(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t port_read8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

// --- boot-info.c: what the loader told, whichever it was

#define MAX_REGIONS 128

struct region {
  uint64_t base, length;
  uint32_t type;  // as in the BIOS's E820: 1 is usable
};

struct boot_info {
  char loader[64];
  char command_line[2048];
  uint64_t initramfs_base, initramfs_length;  // length 0: there is none
  uint64_t rsdp;                              // 0: not told
  uint32_t region_count;
  struct region regions[MAX_REGIONS];
};

extern struct boot_info boot_info;
void boot_info_read(uint32_t kind, uint64_t address);

// --- memory.c: the kernel's page tables

// Physical addresses, the end not included.
struct range {
  uint64_t start, end;
};

// The kernel's own memory, never RAM for TypeScript.
extern struct range kernel_image, kernel_heap;
// Whether any of these bytes is the kernel's own.
int is_kernels(uint64_t base, uint64_t length);
// Physical addresses below it are in the direct map.
extern uint64_t mapped_end;
// Where a device's register is mapped, outside the kernel's own memory; NULL when nowhere.
volatile void *device_register(uint64_t address);
// Decides how much of RAM is the heap, makes the final page tables and loads them.
void memory_init(void);
// Makes the address space with root table `root` current; 0 means one without a user's half.
void set_root(uint64_t root);
// Forgets translations of `root`; unless it is current it stops being an address space.
void forget_root(uint64_t root);
void forget_page(uint64_t root, uint64_t address);

static inline void *direct(uint64_t physical) {
  return (void *)(DIRECT_MAP + physical);
}

// --- heap.c

void heap_init(void *base, size_t length);
size_t heap_free_bytes(void);

// --- interrupts.c

// Shared with TypeScript (guest/shared-state.ts): what interrupts came.
struct shared_state {
  uint32_t events;             // counts interrupts, wraps; stays first (trap.S)
  uint32_t cpuid[4];           // result of the intrinsic cpuid
  uint32_t io_apic;            // physical address of the I/O APIC; TypeScript knows better
  uint8_t raised[64];          // by line; set here, cleared by TypeScript
};

extern struct shared_state shared_state;
void interrupts_init(void);
// Sleeps until an interrupt comes, unless one came since `events` was read.
void halt_until_event(uint32_t events);

// --- trap.S

int enter_user(void *frame, uint32_t events);
extern uint64_t kernel_fs_base;

// --- console.c

void console_init(void);
void console_write(uint8_t byte);
void console_print(const char *text);
void console_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Prints, and stops the machine with failure.
void native_panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void machine_stop(uint8_t debug_exit_code) __attribute__((noreturn));

#endif
