/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Starting programs, and what their exit codes say. */
#include "notify/notify_command.h"

#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "base/err.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/str.h"
#include "job/job.h"

struct program
{
    struct list link; /* in command->programs */
    struct notify_command *command;
    struct notify_event event;
    HANDLE process, wait;
};

struct notify_command
{
    struct caller_facts self; /* immutable */
    struct lock lock;         /* leaf; everything below */
    struct cond ended;        /* ending has become 0 */
    struct list programs;
    unsigned int ending; /* programs that their own waits deal with now */
};

/* ---- the end of a program ---- */

static void end_program(struct program *program, enum notify_result result)
{
    job_notify_finish(&program->event, result);
    CloseHandle(program->process);
    free(program);
}

/* False when notify_command_destroy() sees to it. */
static bool take(struct program *program)
{
    bool is_there;

    lock_acquire(&program->command->lock);
    if ((is_there = list_is_linked(&program->link)))
    {
        list_remove(&program->link);
        program->command->ending++;
    }
    lock_release(&program->command->lock);
    return is_there;
}

static void CALLBACK program_has_ended(void *arg, BOOLEAN is_timeout)
{
    struct program *program = arg;
    struct notify_command *command = program->command;
    DWORD code = 1;
    HANDLE wait;

    (void)is_timeout;
    if (!take(program)) return;
    wait = program->wait;
    GetExitCodeProcess(program->process, &code);
    if (code) LOG_INFO(LOG_NOTIFY, "a program that was told of a job ended with %lu", code);
    end_program(program, code ? NOTIFY_PROGRAM_FAILED : NOTIFY_TAKEN);
    /* From here it must not be waited for. */
    UnregisterWaitEx(wait, NULL);

    lock_acquire(&command->lock);
    if (!--command->ending) cond_signal(&command->ended);
    lock_release(&command->lock);
}

/* ---- the start ---- */

/* "C:\..." or "\\server\...": whatever else there is depends on where we are. */
static bool is_full_path(const WCHAR *path)
{
    if (path[0] == '\\' && path[1] == '\\') return path[2] && path[2] != '?' && path[2] != '.';
    return ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z')) &&
           path[1] == ':' && (path[2] == '\\' || path[2] == '/');
}

/* Parameters begin with the name of the program; without any it is put there, in quotes. */
static WCHAR *command_line(const struct notify_event *event)
{
    size_t len = str_len(event->program);
    WCHAR *line;

    if (event->parameters) return str_dup(event->parameters);
    if (!(line = calloc(len + 3, sizeof(*line)))) return NULL;
    line[0] = line[len + 1] = '"';
    memcpy(line + 1, event->program, len * sizeof(*line));
    return line;
}

static HRESULT start_process(const struct notify_event *event, HANDLE *process)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    WCHAR *line;
    HRESULT hr = S_OK;

    if (!is_full_path(event->program)) return HRESULT_FROM_WIN32(ERROR_BAD_PATHNAME);
    if (!(line = command_line(event))) return E_OUTOFMEMORY;
    if (CreateProcessW(event->program, line, NULL, NULL, FALSE,
                       CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP, NULL, NULL, &startup, &info))
    {
        CloseHandle(info.hThread);
        *process = info.hProcess;
    }
    else
        hr = err_from_last_error();
    free(line);
    return hr;
}

/* The parameters stay out of the log: they may hold secrets. */
static void log_start(const struct notify_event *event, HRESULT hr)
{
    char *program = str_to_utf8(event->program), *id_text;
    WCHAR id[GUID_TEXT_SIZE];

    guid_format(job_id(event->job), id);
    id_text = str_to_utf8(id);
    if (FAILED(hr))
        LOG_WARN(LOG_NOTIFY, "program %s, to be told of job %s, does not start: %#lx",
                 program ? program : "?", id_text ? id_text : "?", (unsigned long)hr);
    else
        LOG_INFO(LOG_NOTIFY, "program %s is told of job %s", program ? program : "?",
                 id_text ? id_text : "?");
    free(program);
    free(id_text);
}

static bool wait_for_end(struct program *program)
{
    struct notify_command *command = program->command;
    bool is_waited_for;

    /* The end may come before the handle is stored: it has to wait for the lock. */
    lock_acquire(&command->lock);
    list_add_tail(&command->programs, &program->link);
    is_waited_for =
        RegisterWaitForSingleObject(&program->wait, program->process, program_has_ended, program,
                                    INFINITE, WT_EXECUTEONLYONCE | WT_EXECUTELONGFUNCTION);
    if (!is_waited_for) list_remove(&program->link);
    lock_release(&command->lock);
    return is_waited_for;
}

bool notify_command_run(struct notify_command *command, const struct notify_event *event)
{
    struct program *program;
    HRESULT hr = E_ACCESSDENIED;

    if (!(program = calloc(1, sizeof(*program)))) return false;
    list_init(&program->link);
    program->command = command;
    program->event = *event;
    if (access_may_act_for(&command->self, &event->owner))
        hr = start_process(event, &program->process);
    log_start(event, hr);
    if (FAILED(hr))
    {
        free(program);
        return false;
    }
    /* It runs, and that is all we shall ever know. */
    if (!wait_for_end(program)) end_program(program, NOTIFY_TAKEN);
    return true;
}

/* ---- life ---- */

HRESULT notify_command_create(const struct caller_facts *self, struct notify_command **out)
{
    struct notify_command *command = calloc(1, sizeof(*command));

    *out = command;
    if (!command) return E_OUTOFMEMORY;
    command->self = *self;
    lock_init(&command->lock, LOCK_RANK_LEAF, "programs");
    cond_init(&command->ended);
    list_init(&command->programs);
    return S_OK;
}

static struct program *take_any(struct notify_command *command)
{
    struct program *program;

    lock_acquire(&command->lock);
    if ((program = LIST_HEAD_ENTRY(&command->programs, struct program, link)))
        list_remove(&program->link);
    lock_release(&command->lock);
    return program;
}

void notify_command_destroy(struct notify_command *command)
{
    struct program *program;

    if (!command) return;
    while ((program = take_any(command)))
    {
        UnregisterWaitEx(program->wait, INVALID_HANDLE_VALUE);
        end_program(program, NOTIFY_TAKEN);
    }
    lock_acquire(&command->lock);
    while (command->ending)
        cond_wait(&command->ended, &command->lock, COND_FOREVER);
    lock_release(&command->lock);
    cond_done(&command->ended);
    lock_done(&command->lock);
    free(command);
}
