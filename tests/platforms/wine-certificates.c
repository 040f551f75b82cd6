/* Why connections over TLS are not tried in Wine 8: it refuses the configuration of certificate chain engines in the size that it
 * has since Windows 8, in which rustls-platform-verifier gives it. Build it with
 *     python -m ziglang cc -target x86_64-windows-gnu wine-certificates.c -lcrypt32
 * Wine 8 prints "88 bytes: refused, error 0x80070057" and "80 bytes: made", where Windows makes both. */
#include <windows.h>

#include <wincrypt.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void make(DWORD size, HCERTSTORE root)
{
    CERT_CHAIN_ENGINE_CONFIG config;
    HCERTCHAINENGINE engine = NULL;
    BOOL made;
    memset(&config, 0, sizeof config);
    config.cbSize = size;
    config.hExclusiveRoot = root;
    made = CertCreateCertificateChainEngine(&config, &engine);
    printf("%lu bytes: %s, error 0x%08lx\n", size, made ? "made" : "refused", made ? 0 : GetLastError());
}

int main(void)
{
    const HCERTSTORE root = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    make(sizeof(CERT_CHAIN_ENGINE_CONFIG), root);
    make(offsetof(CERT_CHAIN_ENGINE_CONFIG, dwExclusiveFlags), root);
    return 0;
}
