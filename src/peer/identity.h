/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The certificate that this machine shows its peers, kept in one file. Windows only; on one thread
 * at a time, no lock may be held. */
#ifndef OPENBITS_PEER_IDENTITY_H
#define OPENBITS_PEER_IDENTITY_H

#include "peer/certificate.h"

/* In the folder of the queue. */
#define IDENTITY_FILE_NAME L"openbits-peer.identity"

/* With less left than this it is renewed. */
#define IDENTITY_RENEWED_BEFORE (4 * CERTIFICATE_DAY)

struct identity
{
    struct certificate certificate;
    struct certificate_facts facts;
};

/* Reads the file, and writes it anew when the certificate is missing, damaged, about to expire, or
 * another machine's. A renewed certificate keeps its key, so that who has pinned the key still
 * knows us. Works without the file where it cannot be written, until the process ends. */
HRESULT identity_open(const WCHAR *path, filetime_t now, struct identity *out);

/* Wipes the key. Takes a zeroed struct. */
void identity_done(struct identity *identity);

/* When to open it again. */
filetime_t identity_next_renewal(const struct identity *identity);

/* That time has come, or it has not begun: the clock was ahead when it was made. */
bool identity_is_outdated(const struct identity *identity, filetime_t now);

#endif
