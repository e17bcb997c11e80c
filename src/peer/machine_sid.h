/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who this machine is. Windows only; any thread, no lock may be held. */
#ifndef OPENBITS_PEER_MACHINE_SID_H
#define OPENBITS_PEER_MACHINE_SID_H

#include "peer/certificate.h"

/* As text: of its account in a domain, else of the machine itself. */
HRESULT machine_sid(char sid[CERTIFICATE_SID_SIZE]);

/* With its domain; empty when it is not plain text. */
void machine_dns_name(char name[CERTIFICATE_DNS_NAME_SIZE]);

#endif
