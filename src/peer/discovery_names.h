/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names on the wire of discovery, as published. Private to the files discovery_*.c. */
#ifndef OPENBITS_PEER_DISCOVERY_NAMES_H
#define OPENBITS_PEER_DISCOVERY_NAMES_H

#define NS_SOAP       "http://www.w3.org/2003/05/soap-envelope"
#define NS_ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_DISCOVERY  "http://schemas.xmlsoap.org/ws/2005/04/discovery"
#define NS_BITS       "http://schemas.microsoft.com/windows/2005/05/BITS/cache"

#define TO_EVERYBODY "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
#define TO_ANONYMOUS NS_ADDRESSING "/role/anonymous"

#define ACTION_HELLO   NS_DISCOVERY "/Hello"
#define ACTION_BYE     NS_DISCOVERY "/Bye"
#define ACTION_PROBE   NS_DISCOVERY "/Probe"
#define ACTION_MATCHES NS_DISCOVERY "/ProbeMatches"

#define RULE_RFC2396 NS_DISCOVERY "/rfc2396"
#define PEER_SERVER  "PeerServer"

#endif
