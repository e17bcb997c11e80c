/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Peers of this machine, and where the registry has what is known of them. */
#ifndef OPENBITS_TOOLS_PEERS_H
#define OPENBITS_TOOLS_PEERS_H

#include "bitsadmin.h"

#define BITS_KEY      L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS"
#define TRUST_KEY     BITS_KEY L"\\TrustedPeers"
#define IDENTITY_KEY  BITS_KEY L"\\PeerIdentity"
#define DISCOVERY_UDP 3702
#define CONTENT_TCP   2178

/* cmd_peers.c: /PEERCACHING /IDENTITY. */
HRESULT print_identity(struct session *session, const struct arguments *args);

#endif
