/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One message of each kind, as the tests of discovery use them: between alpha, a server at
 * 192.0.2.10 and 2001:db8::10, and clients of its domain lab.example. */
#ifndef OPENBITS_TESTS_DISCOVERY_TEXT_H
#define OPENBITS_TESTS_DISCOVERY_TEXT_H

#include <stdlib.h>
#include <string.h>

static const char hello_text[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"\n"
    " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"\n"
    " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"\n"
    " xmlns:msbits=\"http://schemas.microsoft.com/windows/2005/05/BITS/cache\">\n"
    "<s:Header>\n"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>\n"
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello</a:Action>\n"
    "<a:MessageID>urn:uuid:5f0b6a52-7a3e-4c0e-9d63-0d5a8f6c1e01</a:MessageID>\n"
    "<d:AppSequence InstanceId=\"1717200000\" MessageNumber=\"1\"/>\n"
    "</s:Header>\n"
    "<s:Body><d:Hello>\n"
    "<a:EndpointReference>\n"
    "<a:Address>uuid:8d3c1a70-55d2-4b5e-8a0b-7c1f2f9a4e10</a:Address>\n"
    "<msbits:Fqdn>alpha.lab.example</msbits:Fqdn>\n"
    "<msbits:version>1</msbits:version>\n"
    "</a:EndpointReference>\n"
    "<d:Types>msbits:PeerServer</d:Types>\n"
    "<d:Scopes>http://lab.example https://lab.example</d:Scopes>\n"
    "<d:XAddrs>https://192.0.2.10 https://[2001:db8::10]</d:XAddrs>\n"
    "<d:MetadataVersion>1</d:MetadataVersion>\n"
    "</d:Hello></s:Body>\n"
    "</s:Envelope>\n";

static const char probe_text[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"\n"
    " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"\n"
    " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"\n"
    " xmlns:msbits=\"http://schemas.microsoft.com/windows/2005/05/BITS/cache\">\n"
    "<s:Header>\n"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>\n"
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>\n"
    "<a:MessageID>urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02</a:MessageID>\n"
    "</s:Header>\n"
    "<s:Body><d:Probe>\n"
    "<d:Types>msbits:PeerServer</d:Types>\n"
    "<d:Scopes"
    " MatchBy=\"http://schemas.xmlsoap.org/ws/2005/04/discovery/rfc2396\">h"
    "ttp://lab.example</d:Scopes>\n"
    "</d:Probe></s:Body>\n"
    "</s:Envelope>\n";

static const char matches_text[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"\n"
    " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"\n"
    " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"\n"
    " xmlns:msbits=\"http://schemas.microsoft.com/windows/2005/05/BITS/cache\">\n"
    "<s:Header>\n"
    "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>\n"
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>\n"
    "<a:MessageID>urn:uuid:77de4c04-3c4b-4a47-9d0f-1a2b3c4d5e03</a:MessageID>\n"
    "<a:RelatesTo>urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02</a:RelatesTo>\n"
    "<d:AppSequence InstanceId=\"1717200000\" MessageNumber=\"2\"/>\n"
    "</s:Header>\n"
    "<s:Body><d:ProbeMatches><d:ProbeMatch>\n"
    "<a:EndpointReference>\n"
    "<a:Address>uuid:8d3c1a70-55d2-4b5e-8a0b-7c1f2f9a4e10</a:Address>\n"
    "<msbits:Fqdn>alpha.lab.example</msbits:Fqdn>\n"
    "<msbits:version>1</msbits:version>\n"
    "</a:EndpointReference>\n"
    "<d:Types>msbits:PeerServer</d:Types>\n"
    "<d:Scopes>http://lab.example https://lab.example</d:Scopes>\n"
    "<d:XAddrs>https://192.0.2.10</d:XAddrs>\n"
    "<d:MetadataVersion>1</d:MetadataVersion>\n"
    "</d:ProbeMatch></d:ProbeMatches></s:Body>\n"
    "</s:Envelope>\n";

static const char bye_text[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"\n"
    " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"\n"
    " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\">\n"
    "<s:Header>\n"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>\n"
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Bye</a:Action>\n"
    "<a:MessageID>urn:uuid:e6b0a1c9-2d64-4f39-8f10-9a8b7c6d5e04</a:MessageID>\n"
    "<d:AppSequence InstanceId=\"1717200000\" MessageNumber=\"3\"/>\n"
    "</s:Header>\n"
    "<s:Body><d:Bye>\n"
    "<a:EndpointReference><a:Address>uuid:8d3c1a70-55d2-4b5e-8a0b-7c1f2f9a4"
    "e10</a:Address></a:EndpointReference>\n"
    "</d:Bye></s:Body>\n"
    "</s:Envelope>\n";

/* The text with its first from as to; the caller frees it. NULL when there is no from. */
static inline char *replace_text(const char *text, const char *from, const char *to)
{
    const char *place = strstr(text, from);
    size_t before, len = strlen(text) - strlen(from) + strlen(to);
    char *out;

    if (!place || !(out = malloc(len + 1))) return NULL;
    before = (size_t)(place - text);
    memcpy(out, text, before);
    memcpy(out + before, to, strlen(to));
    strcpy(out + before + strlen(to), place + strlen(from));
    return out;
}

#endif
