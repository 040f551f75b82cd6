/* The end of a failed case. */
#ifndef CONFORMANCE_FAIL_H
#define CONFORMANCE_FAIL_H

#include <setjmp.h>

/* Where a failing case jumps to. */
extern jmp_buf failed_here;
extern const char *failed_why;

/* Ends the case with the expected and the actual value. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
