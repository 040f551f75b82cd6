/* The end of a case that is not as it should be. */
#ifndef CONFORMANCE_FAIL_H
#define CONFORMANCE_FAIL_H

#include <setjmp.h>

/* Where a failing case goes on. */
extern jmp_buf failed_here;
extern const char *failed_why;

/* Ends the case with what was expected and what came. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
