// SPDX-License-Identifier: MPL-2.0
// Interrupts only leave a note for TypeScript, which asks. A device's line is masked in the
// I/O APIC until TypeScript has served it, so that a level does not storm.

#include "bare.h"

#define LOCAL_APIC 0xfee00000
#define APIC_EOI 0xb0
#define APIC_SPURIOUS 0xf0
#define APIC_ENABLED 0x100
#define IO_APIC_DATA 0x10
#define IO_APIC_FIRST_ENTRY 0x10
#define IO_APIC_MASKED 0x10000

struct shared_state shared_state = {.io_apic = 0xfec00000};

static volatile uint32_t *device(uint64_t address) {
  return direct(address);
}

void interrupts_init(void) {
  // The two 8259A may still be the firmware's: all their lines off.
  port_write8(0x21, 0xff);
  port_write8(0xa1, 0xff);
  *device(LOCAL_APIC + APIC_SPURIOUS) = APIC_ENABLED | SPURIOUS_VECTOR;
  __asm__ volatile("sti");
}

// Called from trap.S with the registers of interrupted C code in use: no SSE.
__attribute__((target("general-regs-only"))) void irq_arrived(uint32_t vector) {
  if (vector == SPURIOUS_VECTOR) return;
  uint32_t line = vector - FIRST_IRQ_VECTOR;
  if (line != 0 && line < IO_APIC_LINES) {
    // TypeScript may be between selecting a register and using it.
    uint64_t io_apic = shared_state.io_apic;
    uint32_t selected = *device(io_apic);
    *device(io_apic) = IO_APIC_FIRST_ENTRY + 2 * line;
    *device(io_apic + IO_APIC_DATA) |= IO_APIC_MASKED;
    *device(io_apic) = selected;
  }
  shared_state.raised[line] = 1;
  shared_state.events++;
  *device(LOCAL_APIC + APIC_EOI) = 0;
}

void halt_until_event(uint32_t events) {
  __asm__ volatile("cli" : : : "memory");
  if (*(volatile uint32_t *)&shared_state.events == events) {
    // `sti` takes effect after the next instruction: nothing comes in between.
    __asm__ volatile("sti; hlt" : : : "memory");
  } else {
    __asm__ volatile("sti" : : : "memory");
  }
}

// From trap.S: ring 0 raised an exception.
void kernel_fault(uint32_t vector, const uint64_t *trap, uint64_t frame_pointer) {
  uint64_t cr2;
  __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
  native_panic("exception %u, error code 0x%llx\nrip %016llx  rsp %016llx  rbp %016llx\n"
               "cr2 %016llx  rflags %08llx",
               vector, (unsigned long long)trap[1], (unsigned long long)trap[2],
               (unsigned long long)trap[5], (unsigned long long)frame_pointer,
               (unsigned long long)cr2, (unsigned long long)trap[4]);
}
