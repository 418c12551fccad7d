// SPDX-License-Identifier: MPL-2.0
// The kernel's half of every address space: its own image at KERNEL_VMA with the rights that each
// part needs, its heap behind it, and the first 4 GiB of physical memory at DIRECT_MAP, without
// the kernel. Nothing is both writable and executable. The user's half is TypeScript's.

#include "bare.h"

#define PRESENT 1ull
#define WRITE 2ull
#define UNCACHED 0x18ull
#define LARGE 0x80ull
#define GLOBAL 0x100ull
#define NO_EXECUTE (1ull << 63)
#define PAGE 4096ull
#define LARGE_PAGE 0x200000ull
#define GIB 0x40000000ull
#define IMAGE_TABLES 16
#define DIRECT_SLOT 256
#define KERNEL_SLOT 511
#define MIN_HEAP (24 * 0x100000ull)
#define MAX_HEAP (512 * 0x100000ull)

typedef uint64_t table[512] __attribute__((aligned(4096)));

extern char text_start[], rodata_start[], data_start[], image_end[], guard_pages[];
uint64_t kernel_end;

static table pml4, direct_pdpt, direct_pd[4], kernel_pdpt, kernel_pd, image_pt[IMAGE_TABLES];

// The physical address of something in the kernel's image.
static uint64_t physical(const void *pointer) {
  return (uint64_t)pointer - KERNEL_VMA;
}

static int is_ram(uint64_t base, uint64_t length) {
  for (uint32_t i = 0; i < boot_info.region_count; i++) {
    const struct region *region = &boot_info.regions[i];
    if (region->type == 1 && base < region->base + region->length && region->base < base + length) {
      return 1;
    }
  }
  return 0;
}

// The heap stands behind the image: a quarter of the RAM there, in whole large pages.
static uint64_t heap_limit(uint64_t start) {
  for (uint32_t i = 0; i < boot_info.region_count; i++) {
    const struct region *region = &boot_info.regions[i];
    uint64_t end = region->base + region->length;
    if (region->type != 1 || region->base > KERNEL_PHYS || end <= start) continue;
    // An initramfs right above the kernel bounds the heap.
    uint64_t initramfs = boot_info.initramfs_base;
    if (boot_info.initramfs_length && initramfs >= start && initramfs < end) end = initramfs;
    uint64_t wanted = (region->base + region->length - start) / 4;
    if (wanted < MIN_HEAP) wanted = MIN_HEAP;
    if (wanted > MAX_HEAP) wanted = MAX_HEAP;
    uint64_t limit = (start + wanted + LARGE_PAGE - 1) & -LARGE_PAGE;
    if (limit > end) limit = end & -LARGE_PAGE;
    if (limit < start + MIN_HEAP) break;
    return limit;
  }
  native_panic("no %llu MiB of RAM behind the kernel's image at 2 MiB", MIN_HEAP >> 20);
}

static void map_image(void) {
  for (uint64_t at = KERNEL_PHYS; at < physical(image_end); at += PAGE) {
    const char *virtual = (const char *)(KERNEL_VMA + at);
    if (virtual < text_start) continue;
    uint64_t rights = PRESENT | GLOBAL;
    if (virtual >= rodata_start) rights |= NO_EXECUTE;
    if (virtual >= data_start) rights |= WRITE;
    image_pt[(at - KERNEL_PHYS) / LARGE_PAGE][at / PAGE % 512] = at | rights;
  }
  const char *guard = guard_pages;
  for (int stack = 0; stack < 3; stack++) {
    uint64_t at = physical(guard);
    image_pt[(at - KERNEL_PHYS) / LARGE_PAGE][at / PAGE % 512] = 0;
    guard += PAGE + TRAP_STACK_SIZE;
  }
}

void memory_init(void) {
  uint64_t heap_start = (physical(image_end) + LARGE_PAGE - 1) & -LARGE_PAGE;
  kernel_end = heap_limit(heap_start);

  map_image();
  for (uint64_t at = KERNEL_PHYS; at < heap_start; at += LARGE_PAGE) {
    kernel_pd[at / LARGE_PAGE] = physical(image_pt[(at - KERNEL_PHYS) / LARGE_PAGE]) | PRESENT | WRITE;
  }
  for (uint64_t at = heap_start; at < kernel_end; at += LARGE_PAGE) {
    kernel_pd[at / LARGE_PAGE] = at | PRESENT | WRITE | GLOBAL | LARGE | NO_EXECUTE;
  }
  for (uint64_t at = 0; at < DIRECT_MAP_SIZE; at += LARGE_PAGE) {
    if (at >= KERNEL_PHYS && at < kernel_end) continue;
    uint64_t cache = is_ram(at, LARGE_PAGE) ? 0 : UNCACHED;
    direct_pd[at / GIB][at / LARGE_PAGE % 512] =
        at | PRESENT | WRITE | GLOBAL | LARGE | NO_EXECUTE | cache;
  }
  for (int i = 0; i < 4; i++) direct_pdpt[i] = physical(direct_pd[i]) | PRESENT | WRITE;
  kernel_pdpt[510] = physical(kernel_pd) | PRESENT | WRITE;
  pml4[DIRECT_SLOT] = physical(direct_pdpt) | PRESENT | WRITE;
  pml4[KERNEL_SLOT] = physical(kernel_pdpt) | PRESENT | WRITE;
  __asm__ volatile("mov %0, %%cr3" : : "r"(physical(pml4)) : "memory");

  heap_init((void *)(KERNEL_VMA + heap_start), kernel_end - heap_start);
}

static uint64_t current_root(void) {
  uint64_t root;
  __asm__ volatile("mov %%cr3, %0" : "=r"(root));
  return root & ~(PAGE - 1);
}

void set_root(uint64_t root) {
  if (root == 0) {
    root = physical(pml4);
  } else {
    uint64_t *entries = direct(root);
    entries[DIRECT_SLOT] = pml4[DIRECT_SLOT];
    entries[KERNEL_SLOT] = pml4[KERNEL_SLOT];
  }
  __asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
}

void forget_root(uint64_t root) {
  if (root == current_root()) {
    __asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
    return;
  }
  // Other address spaces leave nothing in the TLB (no PCIDs). Who gets this frame next must
  // not find the kernel's tables in it.
  uint64_t *entries = direct(root);
  entries[DIRECT_SLOT] = 0;
  entries[KERNEL_SLOT] = 0;
}

void forget_page(uint64_t root, uint64_t address) {
  if (root == current_root()) __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}
