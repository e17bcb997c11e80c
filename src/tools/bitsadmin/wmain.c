/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The program around bitsadmin_run(). */
#include "bitsadmin.h"

/* No header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    HRESULT hr;

    if (FAILED(hr = CoInitializeEx(NULL, COINIT_MULTITHREADED))) return hr;
    hr = bitsadmin_run(argc - 1, argv + 1);
    CoUninitialize();
    return hr;
}
