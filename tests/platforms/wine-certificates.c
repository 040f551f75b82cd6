/* Whether Windows certificates can be used in this Wine: rustls-platform-verifier makes an engine for chains of certificates
 * with a configuration of 88 bytes, its size since Windows 8. Debian's Wine 8 knows 64 and 80 bytes only, until
 * wine-certificates.py has changed it. */
#include <windows.h>

#include <wincrypt.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    CERT_CHAIN_ENGINE_CONFIG config;
    HCERTCHAINENGINE engine = NULL;
    memset(&config, 0, sizeof config);
    config.cbSize = sizeof config;
    config.hExclusiveRoot = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    if (!CertCreateCertificateChainEngine(&config, &engine)) {
        fprintf(stderr, "Wine refuses an engine configuration of %lu bytes: 0x%08lx\n", config.cbSize, GetLastError());
        return 1;
    }
    CertFreeCertificateChainEngine(engine);
    CertCloseStore(config.hExclusiveRoot, 0);
    return 0;
}
