/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who this machine is to its peers, for people and tools to read: the values Name, Sid and
 * Fingerprint in the key PeerIdentity below the key of BITS. Windows only. */
#ifndef OPENBITS_PEER_MACHINE_NOTICE_H
#define OPENBITS_PEER_MACHINE_NOTICE_H

#include "peer/certificate.h"

#define MACHINE_NOTICE_KEY L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS\\PeerIdentity"

void machine_notice_write(const char *name, const struct certificate_facts *facts);

#endif
