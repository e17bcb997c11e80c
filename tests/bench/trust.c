/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * trust FILE: puts a certificate (DER) among the user's trusted roots, so that the benchmark's own
 * server is trusted. Only for a prefix that is made for the run. */
#include "bench.h"

#include <wincrypt.h>

int main(int argc, char **argv)
{
    static BYTE data[16384];
    HCERTSTORE store;
    HANDLE file;
    DWORD size;

    if (argc != 2) bench_fail("usage");
    file = CreateFileA(argv[1], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE || !ReadFile(file, data, sizeof(data), &size, NULL))
        bench_fail("reading the certificate");
    CloseHandle(file);
    store = CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, "Root");
    if (!store) bench_fail("CertOpenStore");
    if (!CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, data, size,
                                          CERT_STORE_ADD_REPLACE_EXISTING, NULL))
        bench_fail("CertAddEncodedCertificateToStore");
    CertCloseStore(store, 0);
    return 0;
}
