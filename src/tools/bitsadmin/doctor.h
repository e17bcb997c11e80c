/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * doctor: findings about this machine's BITS, each with what to do. */
#ifndef OPENBITS_TOOLS_DOCTOR_H
#define OPENBITS_TOOLS_DOCTOR_H

#include "bitsadmin.h"

#define FINDINGS_MAX  32
#define FINDING_CHARS 600

enum finding_level
{
    FINDING_OK,
    FINDING_NOTE,
    FINDING_WARNING,
    FINDING_PROBLEM
};

struct finding
{
    enum finding_level level;
    const WCHAR *subject; /* one word, for scripts */
    WCHAR text[FINDING_CHARS];
    WCHAR remedy[FINDING_CHARS]; /* or empty */
};

struct doctor
{
    struct session *session; /* manager: NULL when there is no BITS to be had */
    struct finding findings[FINDINGS_MAX];
    unsigned int count;
    DWORD machine_flags; /* of peer caching, once they are known */
};

/* The finding is the last one, and may get a remedy. */
void doctor_find(struct doctor *doctor, enum finding_level level, const WCHAR *subject,
                 const WCHAR *format, ...);
void doctor_remedy(struct doctor *doctor, const WCHAR *format, ...);

/* doctor_system.c */
void check_registration(struct doctor *doctor);
void check_service(struct doctor *doctor);
void check_owner(struct doctor *doctor);
void check_jobs(struct doctor *doctor);
void check_disk(struct doctor *doctor);
/* doctor_peers.c; the first one learns what the machine allows. */
void check_peer_caching(struct doctor *doctor);
void check_ports(struct doctor *doctor);
void check_firewall(struct doctor *doctor);
void check_peers(struct doctor *doctor);
void check_cache(struct doctor *doctor);

/* cmd_doctor.c */
HRESULT run_doctor(struct session *session, const struct arguments *args);

#endif
