/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How BITS is registered on this machine: its classes for programs of each bitness, and its
 * service. For /UTIL and doctor. */
#ifndef OPENBITS_TOOLS_REGISTRATION_H
#define OPENBITS_TOOLS_REGISTRATION_H

#include "bitsadmin.h"

#define CLASS_COUNT 10

struct registration
{
    BOOL is_64_bit;
    WCHAR dll[MAX_PATH]; /* of the plain class; empty without */
    BOOL is_dll_there;
    unsigned int classes;      /* that name a DLL, of CLASS_COUNT */
    unsigned int app_ids;      /* that lead to the service */
    const WCHAR *newest;       /* "10.3"; NULL without any */
    unsigned int stub_missing; /* interfaces of jobs that no proxy is known for */
};

void registration_read(BOOL is_64_bit, struct registration *registration);
/* Can programs of this bitness run here? */
BOOL registration_has_bitness(BOOL is_64_bit);

enum service_state
{
    SERVICE_FACTS_NONE,     /* there is none */
    SERVICE_FACTS_DISABLED, /* nobody can start it */
    SERVICE_FACTS_STOPPED,  /* starts when it is needed */
    SERVICE_FACTS_RUNNING,
    SERVICE_FACTS_UNREADABLE /* may not be asked */
};

struct service_facts
{
    enum service_state state;
    DWORD pid;
    WCHAR dll[MAX_PATH]; /* expanded; empty without */
    BOOL is_dll_there;
    HRESULT error;
};

void service_read(struct service_facts *facts);
/* Is it the service of the DLL that is registered? Windows and Wine have one of this name too. */
BOOL service_is_of(const struct service_facts *service, const struct registration *registration);
const WCHAR *name_of_service_state(enum service_state state);
/* From the version resource, "1.2.3.4"; "unknown" without. */
void format_file_version(const WCHAR *path, WCHAR text[40]);

/* Runs a program and waits for its end. */
HRESULT run_program(WCHAR *command_line, DWORD *exit_code);

#endif
