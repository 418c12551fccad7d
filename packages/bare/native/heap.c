// SPDX-License-Identifier: MPL-2.0
// The heap of the JavaScript engine. It is cut into blocks of 16 KiB. A block is free, part of
// one large allocation of whole blocks, or holds cells of one size class; free cells of a class
// are a list. What a pointer belongs to is found by its block, so nothing has a header.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bare.h"

#define BLOCK 16384
#define MAX_BLOCKS (512 * 1024 * 1024 / BLOCK)
#define MAX_CELL 4096
#define CLASSES 28

#define KIND_FREE 0
#define KIND_LARGE 254  // first block of a large allocation
#define KIND_REST 255   // its other blocks
// 1…CLASSES: cells of class kind - 1

// Multiples of 16 to 128, then four sizes for each doubling.
static const uint16_t cell_size[CLASSES] = {
    16,  32,  48,  64,  80,  96,   112,  128,  160,  192,  224,  256,  320,  384,
    448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096,
};

struct cell {
  struct cell *next;
};

static char *heap;
static size_t block_count, free_blocks, search_from;
static uint8_t kind[MAX_BLOCKS];
static uint32_t large_blocks[MAX_BLOCKS];  // of a KIND_LARGE: how many
static struct cell *free_cells[CLASSES];
static uint8_t class_of[MAX_CELL / 16 + 1];
size_t heap_used;  // bytes of cells and large allocations

void heap_init(void *base, size_t length) {
  heap = base;
  block_count = free_blocks = length / BLOCK;
  for (int units = 0, class = 0; units <= MAX_CELL / 16; units++) {
    if (units * 16 > cell_size[class]) class++;
    class_of[units] = (uint8_t)class;
  }
}

size_t heap_free_bytes(void) {
  return free_blocks * BLOCK;
}

static size_t block_of(const void *pointer) {
  return (size_t)((const char *)pointer - heap) / BLOCK;
}

// The first of `wanted` free blocks in [from, to), or SIZE_MAX.
static size_t find_blocks(size_t from, size_t to, size_t wanted) {
  size_t run = 0;
  for (size_t block = from; block < to; block++) {
    run = kind[block] == KIND_FREE ? run + 1 : 0;
    if (run == wanted) return block + 1 - wanted;
  }
  return SIZE_MAX;
}

// `wanted` blocks in a row, or NULL.
static char *take_blocks(size_t wanted, uint8_t first_kind) {
  if (wanted > free_blocks) return NULL;
  size_t block = find_blocks(search_from, block_count, wanted);
  if (block == SIZE_MAX) block = find_blocks(0, block_count, wanted);
  if (block == SIZE_MAX) return NULL;
  search_from = block + wanted;
  free_blocks -= wanted;
  if (first_kind == KIND_LARGE) heap_used += wanted * BLOCK;
  kind[block] = first_kind;
  memset(&kind[block + 1], KIND_REST, wanted - 1);
  large_blocks[block] = (uint32_t)wanted;
  return heap + block * BLOCK;
}

static void *take_cell(int class) {
  if (free_cells[class] == NULL) {
    char *cells = take_blocks(1, (uint8_t)(class + 1));
    if (cells == NULL) return NULL;
    for (size_t at = 0; at + cell_size[class] <= BLOCK; at += cell_size[class]) {
      struct cell *cell = (struct cell *)(cells + at);
      cell->next = free_cells[class];
      free_cells[class] = cell;
    }
  }
  struct cell *cell = free_cells[class];
  free_cells[class] = cell->next;
  heap_used += cell_size[class];
  return cell;
}

void *malloc(size_t size) {
  if (size <= MAX_CELL) return take_cell(class_of[(size + 15) / 16]);
  if (size > (size_t)MAX_BLOCKS * BLOCK) return NULL;
  return take_blocks((size + BLOCK - 1) / BLOCK, KIND_LARGE);
}

static void free_range(size_t first, size_t count) {
  memset(&kind[first], KIND_FREE, count);
  free_blocks += count;
  heap_used -= count * BLOCK;
  if (first < search_from) search_from = first;
}

void free(void *pointer) {
  if (pointer == NULL) return;
  size_t block = block_of(pointer), class = kind[block] - 1u;
  if (class < CLASSES) {
    ((struct cell *)pointer)->next = free_cells[class];
    free_cells[class] = pointer;
    heap_used -= cell_size[class];
  } else if (kind[block] == KIND_LARGE) {
    free_range(block, large_blocks[block]);
  } else {
    native_panic("free of %p, which is not allocated", pointer);
  }
}

size_t malloc_usable_size(void *pointer) {
  if (pointer == NULL) return 0;
  size_t block = block_of(pointer);
  return kind[block] == KIND_LARGE ? (size_t)large_blocks[block] * BLOCK : cell_size[kind[block] - 1];
}

// Makes a large allocation `wanted` blocks long where it stands; 0 when it cannot.
static int resize_large(size_t block, size_t wanted) {
  size_t held = large_blocks[block];
  if (wanted < held) {
    free_range(block + wanted, held - wanted);
  } else if (wanted > held) {
    size_t end = block + wanted;
    if (end > block_count || find_blocks(block + held, end, wanted - held) == SIZE_MAX) return 0;
    memset(&kind[block + held], KIND_REST, wanted - held);
    free_blocks -= wanted - held, heap_used += (wanted - held) * BLOCK;
  }
  large_blocks[block] = (uint32_t)wanted;
  return 1;
}

void *realloc(void *pointer, size_t size) {
  if (pointer == NULL) return malloc(size);
  size_t held = malloc_usable_size(pointer);
  size_t block = block_of(pointer);
  if (kind[block] == KIND_LARGE) {
    if (size > MAX_CELL && resize_large(block, (size + BLOCK - 1) / BLOCK)) return pointer;
  } else if (size <= held && size > held / 2) {
    return pointer;
  }
  void *moved = malloc(size);
  if (moved == NULL) return NULL;
  memcpy(moved, pointer, size < held ? size : held);
  free(pointer);
  return moved;
}
