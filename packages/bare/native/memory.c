// SPDX-License-Identifier: MPL-2.0
// The kernel's half of every address space: its own image at KERNEL_VMA with the rights that each
// part needs, its heap, and physical memory at DIRECT_MAP, without the kernel. Nothing is both
// writable and executable. The user's half is TypeScript's.

#include "bare.h"

#define PRESENT 1ull
#define WRITE 2ull
#define UNCACHED 0x18ull
#define LARGE 0x80ull
#define USED 0x60ull  // accessed and dirty, so that the CPU does not change the entry
#define GLOBAL 0x100ull
#define NO_EXECUTE (1ull << 63)
#define PAGE 4096ull
#define GIB 0x40000000ull
#define HUGE_PAGES (1u << 26)  // CPUID 0x80000001, edx
#define IMAGE_TABLES 16
#define DIRECT_SLOT 256
#define WINDOW_SLOT 257
#define KERNEL_SLOT 511
#define MIN_HEAP (24 * 0x100000ull)
#define MAX_HEAP (512 * 0x100000ull)

typedef uint64_t table[512] __attribute__((aligned(4096)));

extern char text_start[], rodata_start[], data_start[], image_end[], guard_pages[];
struct range kernel_image, kernel_heap;
uint64_t mapped_end;

static table pml4, direct_pdpt, direct_pd[4], window_pdpt, kernel_pdpt, kernel_pd;
static table image_pt[IMAGE_TABLES];
// The kernel's half of each root table.
static const uint16_t kernel_slots[] = {DIRECT_SLOT, WINDOW_SLOT, KERNEL_SLOT};
#define KERNEL_SLOTS (sizeof kernel_slots / sizeof *kernel_slots)

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

// Of RAM in [from, to) the larger part that the initramfs leaves, in whole large pages.
static struct range largest_part(uint64_t from, uint64_t to) {
  struct range below = {from, to}, above = {to, to};
  uint64_t module = boot_info.initramfs_base, end = module + boot_info.initramfs_length;
  if (boot_info.initramfs_length && module < to && end > from) {
    below.end = module < from ? from : module;
    above.start = end < to ? end : to;
  }
  struct range part = below.end - below.start >= above.end - above.start ? below : above;
  part.start = (part.start + LARGE_PAGE - 1) & -(uint64_t)LARGE_PAGE;
  part.end &= -LARGE_PAGE;
  if (part.end < part.start) part.end = part.start;
  return part;
}

// The heap: a quarter of the RAM in the largest free stretch of the first GiB. That is right
// behind the image, unless the firmware has pages of its own there (UEFI does, at 8 MiB).
static struct range place_heap(uint64_t image_end_physical) {
  struct range best = {0, 0};
  for (uint32_t i = 0; i < boot_info.region_count; i++) {
    const struct region *region = &boot_info.regions[i];
    if (region->type != 1 || region->base >= GIB) continue;
    uint64_t from = region->base < image_end_physical ? image_end_physical : region->base;
    uint64_t to = region->base + region->length < GIB ? region->base + region->length : GIB;
    if (to <= from) continue;
    struct range part = largest_part(from, to);
    if (part.end - part.start > best.end - best.start) best = part;
  }
  uint64_t room = best.end - best.start, wanted = (room / 4 + LARGE_PAGE - 1) & -(uint64_t)LARGE_PAGE;
  if (wanted < MIN_HEAP) wanted = MIN_HEAP;
  if (wanted > MAX_HEAP) wanted = MAX_HEAP;
  if (wanted > room) native_panic("no %llu MiB of free RAM in a row: the machine needs more memory", MIN_HEAP >> 20);
  return (struct range){best.start, best.start + wanted};
}

int is_kernels(uint64_t base, uint64_t length) {
  int in_image = base < kernel_image.end && base + length > kernel_image.start;
  return in_image || (base < kernel_heap.end && base + length > kernel_heap.start);
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

// Below 4 GiB in large pages, above in pages of 1 GiB. What is no RAM is device memory; where both
// share a page the CPU's memory type registers tell them apart.
static void map_directly(void) {
  for (uint64_t at = 0; at < DIRECT_MAP_MIN; at += LARGE_PAGE) {
    if (is_kernels(at, LARGE_PAGE)) continue;
    uint64_t cache = is_ram(at, LARGE_PAGE) ? 0 : UNCACHED;
    direct_pd[at / GIB][at / LARGE_PAGE % 512] =
        at | PRESENT | WRITE | GLOBAL | LARGE | NO_EXECUTE | cache;
  }
  for (int i = 0; i < 4; i++) direct_pdpt[i] = physical(direct_pd[i]) | PRESENT | WRITE;
  uint32_t features[4];
  cpuid(0x80000001, 0, features);
  mapped_end = features[3] & HUGE_PAGES ? DIRECT_MAP_MAX : DIRECT_MAP_MIN;
  for (uint64_t at = DIRECT_MAP_MIN; at < mapped_end; at += GIB) {
    uint64_t cache = is_ram(at, GIB) ? 0 : UNCACHED;
    direct_pdpt[at / GIB] = at | PRESENT | WRITE | GLOBAL | LARGE | NO_EXECUTE | cache;
  }
}

// UEFI puts registers at the end of the CPU's address space. Beyond the direct map each GiB that
// is asked for gets a window, as long as there are any.
volatile void *device_register(uint64_t address) {
  if (is_kernels(address, 1)) return NULL;
  if (address < mapped_end) return direct(address);
  uint32_t sizes[4];
  cpuid(0x80000008, 0, sizes);
  if (mapped_end < DIRECT_MAP_MAX || address >> (sizes[0] & 0xff) != 0) return NULL;
  uint64_t rights = PRESENT | WRITE | UNCACHED | USED | GLOBAL | LARGE | NO_EXECUTE;
  uint64_t entry = (address & -GIB) | rights;
  for (uint64_t window = 0; window < 512; window++) {
    if (window_pdpt[window] == 0) window_pdpt[window] = entry;
    if (window_pdpt[window] == entry) return (void *)(WINDOWS + window * GIB + address % GIB);
  }
  return NULL;
}

void memory_init(void) {
  kernel_image.start = KERNEL_PHYS;
  kernel_image.end = physical(image_end);
  kernel_heap = place_heap(kernel_image.end);

  map_image();
  for (uint64_t at = kernel_image.start; at < kernel_image.end; at += LARGE_PAGE) {
    kernel_pd[at / LARGE_PAGE] = physical(image_pt[(at - KERNEL_PHYS) / LARGE_PAGE]) | PRESENT | WRITE;
  }
  for (uint64_t at = kernel_heap.start; at < kernel_heap.end; at += LARGE_PAGE) {
    kernel_pd[at / LARGE_PAGE] = at | PRESENT | WRITE | GLOBAL | LARGE | NO_EXECUTE;
  }
  map_directly();
  kernel_pdpt[510] = physical(kernel_pd) | PRESENT | WRITE;
  pml4[DIRECT_SLOT] = physical(direct_pdpt) | PRESENT | WRITE;
  pml4[WINDOW_SLOT] = physical(window_pdpt) | PRESENT | WRITE;
  pml4[KERNEL_SLOT] = physical(kernel_pdpt) | PRESENT | WRITE;
  __asm__ volatile("mov %0, %%cr3" : : "r"(physical(pml4)) : "memory");

  heap_init((void *)(KERNEL_VMA + kernel_heap.start), kernel_heap.end - kernel_heap.start);
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
    for (size_t i = 0; i < KERNEL_SLOTS; i++) entries[kernel_slots[i]] = pml4[kernel_slots[i]];
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
  for (size_t i = 0; i < KERNEL_SLOTS; i++) entries[kernel_slots[i]] = 0;
}

void forget_page(uint64_t root, uint64_t address) {
  if (root == current_root()) __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}
