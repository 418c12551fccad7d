// SPDX-License-Identifier: MPL-2.0
// Copies what the boot loader told, before its memory is used for anything else.
// Runs on the boot page tables: physical addresses below 1 GiB are mapped at themselves.

#include <string.h>
#include "bare.h"

#define PVH_MAGIC 0x336ec578
#define MAPPED_AT_BOOT 0x40000000
#define MULTIBOOT_COMMAND_LINE 0x4
#define MULTIBOOT_MODULES 0x8
#define MULTIBOOT_MAP 0x40
#define MULTIBOOT_LOADER 0x200
#define TAG_END 0
#define TAG_COMMAND_LINE 1
#define TAG_LOADER_NAME 2
#define TAG_MODULE 3
#define TAG_MEMORY_MAP 6
#define TAG_ACPI_OLD 14
#define TAG_ACPI_NEW 15

struct boot_info boot_info;

// Xen, public/arch-x86/hvm/start_info.h.
struct pvh_start_info {
  uint32_t magic, version, flags, module_count;
  uint64_t modules, command_line, rsdp, memory_map;
  uint32_t memory_map_entries, reserved;
};

struct pvh_module {
  uint64_t base, length, command_line, reserved;
};

struct pvh_region {
  uint64_t base, length;
  uint32_t type, reserved;
};

// Multiboot2 specification, section 3.6.
struct tag {
  uint32_t type, size;
};

struct module_tag {
  struct tag tag;
  uint32_t start, end;
};

struct memory_map_tag {
  struct tag tag;
  uint32_t entry_size, entry_version;
};

static const void *at_boot(uint64_t address) {
  if (address >= MAPPED_AT_BOOT) native_panic("the loader's information is above 1 GiB");
  return (const void *)address;
}

static void copy_text(char *out, size_t size, const char *text) {
  strncpy(out, text, size - 1);
}

static void add_region(uint64_t base, uint64_t length, uint32_t type) {
  if (length == 0) return;
  // UEFI's map comes in many pieces.
  struct region *last = &boot_info.regions[boot_info.region_count - 1];
  if (boot_info.region_count > 0 && last->type == type && last->base + last->length == base) {
    last->length += length;
    return;
  }
  if (boot_info.region_count == MAX_REGIONS) native_panic("more than %d memory regions", MAX_REGIONS);
  boot_info.regions[boot_info.region_count++] = (struct region){base, length, type};
}

static void read_pvh(uint64_t address) {
  const struct pvh_start_info *info = at_boot(address);
  if (info->magic != PVH_MAGIC) native_panic("the PVH start info has magic 0x%x", info->magic);
  if (info->version < 1) native_panic("the PVH start info has no memory map");
  copy_text(boot_info.loader, sizeof boot_info.loader, "PVH");
  if (info->command_line) {
    copy_text(boot_info.command_line, sizeof boot_info.command_line, at_boot(info->command_line));
  }
  boot_info.rsdp = info->rsdp;
  if (info->module_count > 0) {
    const struct pvh_module *module = at_boot(info->modules);
    boot_info.initramfs_base = module->base;
    boot_info.initramfs_length = module->length;
  }
  const struct pvh_region *region = at_boot(info->memory_map);
  for (uint32_t i = 0; i < info->memory_map_entries; i++) {
    add_region(region[i].base, region[i].length, region[i].type);
  }
}

static void read_memory_map(const struct memory_map_tag *map) {
  const char *entry = (const char *)(map + 1);
  const char *end = (const char *)map + map->tag.size;
  for (; entry + sizeof(struct pvh_region) <= end; entry += map->entry_size) {
    const struct pvh_region *region = (const void *)entry;
    add_region(region->base, region->length, region->type);
  }
}

static void read_multiboot2(uint64_t address) {
  const struct tag *tag = (const void *)((const char *)at_boot(address) + 8);
  for (; tag->type != TAG_END; tag = (const void *)((const char *)tag + (tag->size + 7) / 8 * 8)) {
    const char *text = (const char *)(tag + 1);
    switch (tag->type) {
      case TAG_COMMAND_LINE:
        copy_text(boot_info.command_line, sizeof boot_info.command_line, text);
        break;
      case TAG_LOADER_NAME:
        copy_text(boot_info.loader, sizeof boot_info.loader, text);
        break;
      case TAG_MODULE: {
        const struct module_tag *module = (const void *)tag;
        boot_info.initramfs_base = module->start;
        boot_info.initramfs_length = module->end - module->start;
        break;
      }
      case TAG_MEMORY_MAP:
        read_memory_map((const void *)tag);
        break;
      case TAG_ACPI_OLD:
      case TAG_ACPI_NEW:
        // The tag holds a copy of the RSDP; its address serves until the memory is used.
        break;
    }
  }
}

// Multiboot specification 0.6.96, section 3.3.
struct multiboot_info {
  uint32_t flags, memory_low, memory_high, device, command_line, module_count, modules, symbols[4],
      map_length, map, drives_length, drives, configuration, loader;
};

struct multiboot_module {
  uint32_t start, end, command_line, reserved;
};

// `size` does not count itself.
struct __attribute__((packed)) multiboot_region {
  uint32_t size;
  uint64_t base, length;
  uint32_t type;
};

static void read_multiboot(uint64_t address) {
  const struct multiboot_info *info = at_boot(address);
  if (info->flags & MULTIBOOT_COMMAND_LINE) {
    copy_text(boot_info.command_line, sizeof boot_info.command_line, at_boot(info->command_line));
  }
  if (info->flags & MULTIBOOT_LOADER) {
    copy_text(boot_info.loader, sizeof boot_info.loader, at_boot(info->loader));
  }
  if ((info->flags & MULTIBOOT_MODULES) && info->module_count > 0) {
    const struct multiboot_module *module = at_boot(info->modules);
    boot_info.initramfs_base = module->start;
    boot_info.initramfs_length = module->end - module->start;
  }
  if (!(info->flags & MULTIBOOT_MAP)) native_panic("the loader told no memory map");
  uint64_t end = (uint64_t)info->map + info->map_length;
  for (uint64_t at = info->map; at < end;) {
    const struct multiboot_region *region = at_boot(at);
    add_region(region->base, region->length, region->type);
    at += region->size + sizeof region->size;
  }
}

void boot_info_read(uint32_t kind, uint64_t address) {
  switch (kind) {
    case BOOT_PVH: read_pvh(address); break;
    case BOOT_MULTIBOOT: read_multiboot(address); break;
    default: read_multiboot2(address);
  }
}
