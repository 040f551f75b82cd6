/* bcryptprimitives.dll, which Wine 8 does not have: the one function of it that Rust's standard library calls. */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(void *, ULONG);

__declspec(dllexport) BOOL WINAPI ProcessPrng(unsigned char *bytes, SIZE_T length) {
  const SIZE_T most = 1 << 20;
  while (length > 0) {
    SIZE_T part = length < most ? length : most;
    if (!SystemFunction036(bytes, (ULONG)part)) return FALSE;
    bytes += part;
    length -= part;
  }
  return TRUE;
}
