/* Applies relative relocations in the packed form (DT_RELR), which Debian's musl does not know and libraries that were built on
 * Alpine have. musl initializes what is preloaded first, so none of them has run before; but the program has copied objects of
 * theirs, and does so again. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __aarch64__
#define COPY R_AARCH64_COPY
#else
#define COPY R_X86_64_COPY
#endif

/* The value of an entry of the dynamic section, 0 if there is none. */
static uintptr_t entry_of(const struct dl_phdr_info *info, int64_t tag)
{
    const ElfW(Dyn) *entry = NULL;
    int at;
    for (at = 0; at < info->dlpi_phnum; at++) {
        if (info->dlpi_phdr[at].p_type == PT_DYNAMIC) entry = (void *)(info->dlpi_addr + info->dlpi_phdr[at].p_vaddr);
    }
    while (entry != NULL && entry->d_tag != DT_NULL && entry->d_tag != tag) entry++;
    return entry == NULL || entry->d_tag == DT_NULL ? 0 : entry->d_un.d_val;
}

/* What is relocated may be read-only by now. */
static void *writable(uintptr_t place, size_t size)
{
    const uintptr_t page = (uintptr_t)getpagesize(), start = place & ~(page - 1);
    mprotect((void *)start, place + size - start, PROT_READ | PROT_WRITE);
    return (void *)place;
}

static void add(uintptr_t base, uintptr_t place)
{
    *(uintptr_t *)writable(place, sizeof place) += base;
}

static int apply(struct dl_phdr_info *info, size_t size, void *data)
{
    const uintptr_t base = info->dlpi_addr, *packed = (void *)(base + entry_of(info, DT_RELR));
    uintptr_t bytes = entry_of(info, DT_RELRSZ), place = 0;
    (void)size, (void)data;
    for (; bytes > 0; packed++, bytes -= sizeof *packed) {
        if ((*packed & 1) == 0) {
            place = base + *packed;
            add(base, place);
            place += sizeof place;
        } else {
            uintptr_t bits = *packed >> 1, at = place;
            for (; bits != 0; bits >>= 1, at += sizeof at) {
                if (bits & 1) add(base, at);
            }
            place += (8 * sizeof place - 1) * sizeof place;
        }
    }
    return 0;
}

/* The program is the first. */
static int copy(struct dl_phdr_info *info, size_t size, void *data)
{
    const ElfW(Rela) *entry = (void *)(info->dlpi_addr + entry_of(info, DT_RELA));
    const ElfW(Sym) *symbols = (void *)(info->dlpi_addr + entry_of(info, DT_SYMTAB));
    const char *names = (void *)(info->dlpi_addr + entry_of(info, DT_STRTAB));
    const ElfW(Rela) *end = entry + entry_of(info, DT_RELASZ) / sizeof *entry;
    (void)size, (void)data;
    for (; entry < end; entry++) {
        const ElfW(Sym) *symbol = &symbols[ELF64_R_SYM(entry->r_info)];
        const void *from = ELF64_R_TYPE(entry->r_info) == COPY ? dlsym(RTLD_NEXT, names + symbol->st_name) : NULL;
        if (from != NULL) memcpy(writable(info->dlpi_addr + entry->r_offset, symbol->st_size), from, symbol->st_size);
    }
    return 1;
}

__attribute__((constructor)) static void all(void)
{
    dl_iterate_phdr(apply, NULL);
    dl_iterate_phdr(copy, NULL);
}
