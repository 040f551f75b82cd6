/* See memory.h. */
#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void **kept;
static size_t count, room;

void *keep(size_t size)
{
    void *made = calloc(1, size == 0 ? 1 : size);
    if (made != NULL && count == room) {
        void **larger;
        room = room == 0 ? 1024 : room * 2;
        larger = (void **)realloc(kept, room * sizeof *kept);
        if (larger == NULL) {
            made = NULL;
        } else {
            kept = larger;
        }
    }
    if (made == NULL) {
        fputs("there is no memory\n", stderr);
        abort();
    }
    kept[count++] = made;
    return made;
}

char *keep_bytes(const char *data, size_t len)
{
    char *copy = (char *)keep(len + 1);
    if (len > 0) {
        memcpy(copy, data, len);
    }
    return copy;
}

char *keep_text(const char *format, ...)
{
    va_list arguments, again;
    char *text;
    int len;
    va_start(arguments, format);
    va_copy(again, arguments);
    len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    text = (char *)keep((size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

size_t memory_mark(void)
{
    return count;
}

void memory_back(size_t mark)
{
    while (count > mark) {
        free(kept[--count]);
    }
    if (count == 0) {
        free(kept);
        kept = NULL;
        room = 0;
    }
}
