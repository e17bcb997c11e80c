/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * doctor: runs the checks and prints what they found; and the table of what other tools of this
 * name do not have. */
#include "command.h"
#include "doctor.h"
#include "json.h"
#include "policy.h"
#include "why.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define TEXT_COLUMN  9
#define REMEDY_EXTRA 4
#define TEXT_COLUMNS 100 /* where there is no console */

void doctor_find(struct doctor *doctor, enum finding_level level, const WCHAR *subject,
                 const WCHAR *format, ...)
{
    struct finding *finding = &doctor->findings[doctor->count];
    va_list args;

    if (doctor->count == FINDINGS_MAX) return;
    *finding = (struct finding){.level = level, .subject = subject};
    va_start(args, format);
    _vsnwprintf(finding->text, FINDING_CHARS - 1, format, args);
    va_end(args);
    doctor->count++;
}

void doctor_remedy(struct doctor *doctor, const WCHAR *format, ...)
{
    va_list args;

    if (!doctor->count) return;
    va_start(args, format);
    _vsnwprintf(doctor->findings[doctor->count - 1].remedy, FINDING_CHARS - 1, format, args);
    va_end(args);
}

static void connect(struct doctor *doctor)
{
    HRESULT hr = session_connect(doctor->session);
    WCHAR *text;

    if (SUCCEEDED(hr)) return;
    text = session_error_text(doctor->session, hr);
    doctor_find(doctor, FINDING_PROBLEM, L"queue", L"BITS cannot be had: 0x%08lx %ls", hr,
                text ? text : L"");
    CoTaskMemFree(text);
    doctor_remedy(doctor, L"mend what is said above about registration and service");
}

static void check_all(struct doctor *doctor)
{
    check_registration(doctor);
    check_service(doctor);
    connect(doctor);
    check_owner(doctor);
    check_jobs(doctor);
    check_disk(doctor);
    check_peer_caching(doctor);
    check_ports(doctor);
    check_firewall(doctor);
    check_peers(doctor);
    check_cache(doctor);
}

static const WCHAR *name_of_level(enum finding_level level)
{
    static const WCHAR *const names[] = {L"OK", L"NOTE", L"WARNING", L"PROBLEM"};

    return names[level];
}

static WORD colour_of(enum finding_level level)
{
    static const WORD colours[] = {FOREGROUND_GREEN | FOREGROUND_INTENSITY, 0,
                                   FOREGROUND_RED | FOREGROUND_GREEN | FOREGROUND_INTENSITY,
                                   FOREGROUND_RED | FOREGROUND_INTENSITY};

    return colours[level];
}

static unsigned int count_level(const struct doctor *doctor, enum finding_level level)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < doctor->count; i++)
        count += doctor->findings[i].level == level;
    return count;
}

static void print_finding(const struct finding *finding)
{
    int columns = out_is_console() ? max(out_columns(), 40) : TEXT_COLUMNS;
    const WCHAR *name = name_of_level(finding->level);
    WCHAR text[2 * FINDING_CHARS];

    out_coloured(colour_of(finding->level), name);
    out_print(L"%*ls", TEXT_COLUMN - (int)wcslen(name), L"");
    _snwprintf(text, ARRAYSIZE(text), L"%ls: %ls", finding->subject, finding->text);
    out_paragraph(text, TEXT_COLUMN, TEXT_COLUMN + REMEDY_EXTRA, columns);
    if (!*finding->remedy) return;
    out_print(L"%*ls", TEXT_COLUMN + REMEDY_EXTRA, L"");
    _snwprintf(text, ARRAYSIZE(text), L"-> %ls", finding->remedy);
    out_paragraph(text, TEXT_COLUMN + REMEDY_EXTRA, TEXT_COLUMN + REMEDY_EXTRA + 3, columns);
}

static void print_findings(const struct doctor *doctor)
{
    for (unsigned int i = 0; i < doctor->count; i++)
        print_finding(&doctor->findings[i]);
    out_print(L"\n%u problem(s), %u warning(s).\n", count_level(doctor, FINDING_PROBLEM),
              count_level(doctor, FINDING_WARNING));
}

static HRESULT findings_to_json(const struct doctor *doctor)
{
    struct json json;

    json_begin(&json, L"openbits.doctor/1");
    json_bool(&json, L"isHealthy", !count_level(doctor, FINDING_PROBLEM));
    json_begin_array(&json, L"findings");
    for (unsigned int i = 0; i < doctor->count; i++)
    {
        const struct finding *finding = &doctor->findings[i];

        json_begin_object(&json, NULL);
        json_text(&json, L"level", name_of_level(finding->level));
        json_text(&json, L"subject", finding->subject);
        json_text(&json, L"text", finding->text);
        json_text(&json, L"remedy", *finding->remedy ? finding->remedy : NULL);
        json_end_object(&json);
    }
    json_end_array(&json);
    return json_finish(&json);
}

HRESULT run_doctor(struct session *session, const struct arguments *args)
{
    struct doctor *doctor = calloc(1, sizeof(*doctor));
    HRESULT hr = S_OK;

    (void)args;
    if (!doctor) return E_OUTOFMEMORY;
    doctor->session = session;
    check_all(doctor);
    if (session->is_json)
        hr = findings_to_json(doctor);
    else
        print_findings(doctor);
    if (SUCCEEDED(hr) && count_level(doctor, FINDING_PROBLEM)) session->exit_code = 1;
    free(doctor);
    return hr;
}

static const struct command commands[] = {
    COMMAND(L"why", L"job", 1, 1, COMMAND_JSON, explain_job,
            L"Which condition holds a job now, and when something happens next"),
    COMMAND(L"policy", L"", 0, 0, COMMAND_JSON, print_policy,
            L"The settings of the machine, and the rule that each comes from"),
    COMMAND(L"doctor", L"", 0, 0, COMMAND_ALONE | COMMAND_JSON, run_doctor,
            L"Checks what BITS needs, and says what to do; the exit code is 1 when there is a "
            L"problem"),
};

COMMAND_TABLE(own_commands,
              L"OpenBITS only (--json, at any place, gives lists and reports as JSON)", NULL,
              commands);
