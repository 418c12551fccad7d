// SPDX-License-Identifier: MPL-2.0
// Descriptor tables, system call registers, and protections the CPU may have.

#include <string.h>
#include "bare.h"

#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_SFMASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
// Cleared by `syscall`: TF IF DF IOPL NT AC.
#define SYSCALL_CLEARS 0x47700
#define CR4_PGE (1 << 7)
#define CR4_UMIP (1 << 11)
#define CR4_SMEP (1 << 20)
#define CR4_SMAP (1 << 21)
#define INTERRUPT_GATE 0x8e
#define USER_GATE 0xee
#define RDRAND_RETRIES 32

extern char vector_stubs[], syscall_entry[], trap_stack_top[], fault_stack_top[];

struct gate {
  uint16_t offset_low, selector;
  uint8_t ist, type;
  uint16_t offset_middle;
  uint32_t offset_high, reserved;
};

// SDM vol. 3, figure 8-11 (64-bit TSS).
static struct {
  uint32_t reserved0;
  uint64_t rsp[3], reserved1, ist[7], reserved2;
  uint16_t reserved3, io_map_base;
} __attribute__((packed)) tss;

static uint64_t gdt[TSS_SELECTOR / 8 + 2] = {
    [KERNEL_CS / 8] = 0x00af9b000000ffff,
    [KERNEL_SS / 8] = 0x00cf93000000ffff,
    [USER_SS / 8] = 0x00cff3000000ffff,
    [USER_CS / 8] = 0x00affb000000ffff,
};
static struct gate idt[VECTORS];

// What musl finds at %fs:0: a pointer to itself, the stack protector's value, errno.
static uint64_t thread_block[64] __attribute__((aligned(64)));
static int has_rdrand;

struct table_pointer {
  uint16_t limit;
  uint64_t base;
} __attribute__((packed));

void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]) {
  __asm__ volatile("cpuid"
                   : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                   : "a"(leaf), "c"(subleaf));
}

static void load_gdt(void) {
  uint64_t base = (uint64_t)&tss;
  gdt[TSS_SELECTOR / 8] = (sizeof tss - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
  gdt[TSS_SELECTOR / 8 + 1] = base >> 32;
  // IST 1 for all vectors: musl's code uses the red zone below the stack. IST 2 for those that
  // may come while IST 1 is in use (NMI, double fault, machine check).
  tss.ist[0] = (uint64_t)trap_stack_top;
  tss.ist[1] = (uint64_t)fault_stack_top;
  tss.io_map_base = sizeof tss;
  struct table_pointer pointer = {sizeof gdt - 1, (uint64_t)gdt};
  __asm__ volatile("lgdt %0; ltr %w1" : : "m"(pointer), "r"(TSS_SELECTOR));
}

static void load_idt(void) {
  for (int vector = 0; vector < VECTORS; vector++) {
    uint64_t address = (uint64_t)vector_stubs + 16 * vector;
    idt[vector] = (struct gate){
        .offset_low = (uint16_t)address,
        .selector = KERNEL_CS,
        .ist = vector == 2 || vector == 8 || vector == 18 ? 2 : 1,
        // `int3` and `into` are the user's to execute.
        .type = vector == 3 || vector == 4 ? USER_GATE : INTERRUPT_GATE,
        .offset_middle = (uint16_t)(address >> 16),
        .offset_high = (uint32_t)(address >> 32),
    };
  }
  struct table_pointer pointer = {sizeof idt - 1, (uint64_t)idt};
  __asm__ volatile("lidt %0" : : "m"(pointer));
}

static void protect(void) {
  uint32_t features[4] = {0};
  cpuid(0, 0, features);
  uint32_t last_leaf = features[0];
  memset(features, 0, sizeof features);
  if (last_leaf >= 7) cpuid(7, 0, features);
  uint64_t cr4;
  __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
  cr4 |= CR4_PGE;
  if (features[1] & 1 << 7) cr4 |= CR4_SMEP;
  if (features[1] & 1 << 20) cr4 |= CR4_SMAP;
  if (features[2] & 1 << 2) cr4 |= CR4_UMIP;
  __asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
  cpuid(1, 0, features);
  has_rdrand = features[2] >> 30 & 1;
}

void cpu_init(void) {
  load_gdt();
  load_idt();
  protect();
  wrmsr(MSR_STAR, (uint64_t)(USER_SS - 8) << 48 | (uint64_t)KERNEL_CS << 32);
  wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
  wrmsr(MSR_SFMASK, SYSCALL_CLEARS);
  thread_block[0] = (uint64_t)thread_block;
  kernel_fs_base = (uint64_t)thread_block;
  wrmsr(MSR_FS_BASE, kernel_fs_base);
}

int cpu_random(uint8_t *out, size_t length) {
  if (!has_rdrand) return 0;
  for (size_t done = 0; done < length;) {
    uint64_t value = 0;
    uint8_t ok = 0;
    for (int tries = 0; !ok && tries < RDRAND_RETRIES; tries++) {
      __asm__ volatile("rdrand %0; setc %1" : "=r"(value), "=qm"(ok) : : "cc");
    }
    if (!ok) native_panic("RDRAND has no random numbers");
    size_t part = length - done < sizeof value ? length - done : sizeof value;
    memcpy(out + done, &value, part);
    done += part;
  }
  return 1;
}
