/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For tests of a BITS server through its public interfaces: the manager, jobs, files, policies. The
 * server is whatever is registered; variables choose another: OPENBITS_CLSCTX=inproc or local,
 * OPENBITS_DLL=path (class objects straight out of that DLL, nothing need be registered),
 * OPENBITS_TARGET=ours or another word. Functions that end in "_" are called through their macro.
 */
#ifndef OPENBITS_TESTS_COM_FIXTURE_H
#define OPENBITS_TESTS_COM_FIXTURE_H

#include "harness/test.h"

#include <objbase.h>

#include "bits10_3.h"
#include "bitsmsg.h"
#include "harness/origin.h"

/* ---- Start and end of a test program; both on one thread ---- */

/* COINIT_MULTITHREADED or COINIT_APARTMENTTHREADED. Makes an empty folder of our own. */
void com_start(DWORD model);
/* Cancels what is left of the jobs, restores policies and configuration, removes the folder. */
void com_stop(void);

/* Is the server the one that these tests belong to? For todo_if(). */
bool target_is_ours(void);
/* Is the object in another process, or apartment? */
bool is_remote(void *object);
/* Is this the answer to a NULL pointer: of the object, or of its proxy, which does not call it? */
bool is_null_refusal(void *object, HRESULT hr);

/* For a program that has a server linked in: class objects come from there, whatever the variables
 * say. Before the first manager. */
typedef HRESULT(WINAPI *com_class_source)(REFCLSID clsid, REFIID iid, void **out);
void com_set_class_source(com_class_source source);
/* As CoCreateInstance, from where the variables say: in process first, else the local server. */
HRESULT create_instance(REFCLSID clsid, REFIID iid, void **out);
/* A manager of one's own; a failed check, and NULL, when there is none. */
IBackgroundCopyManager *create_manager(void);
/* The one of the fixture, made on first use on the thread of com_start(); not to be released. The
 * program ends when there is none. */
IBackgroundCopyManager *com_manager(void);
/* An interface of the manager, or NULL. */
void *manager_query(REFIID iid);
/* Puts flags, size and age of the peer cache back at com_stop(). */
void keep_peer_configuration(void);

/* ---- Waits; they let the apartment's calls in ---- */

bool com_wait_for(bool (*condition)(void *ctx), void *ctx, unsigned int timeout_ms);
/* Lets calls in for this long. */
void com_pump(unsigned int ms);

/* ---- Jobs ---- */

/* Suspended, and cancelled by com_stop() if it is still there then. The caller releases it. */
IBackgroundCopyJob *create_job_(int line, const char *file, const WCHAR *name, BG_JOB_TYPE type);
#define create_job(name, type) create_job_(__LINE__, __FILE__, name, type)
/* Adds http://origin/path, to be saved as a file of the folder. */
#define job_add(job, origin, path, name) job_add_(__LINE__, __FILE__, job, origin, path, name)
void job_add_(int line, const char *file, IBackgroundCopyJob *job, const struct origin *origin,
              const char *path, const WCHAR *name);
/* Cancels a job that may be gone already, and releases it. */
void end_job(IBackgroundCopyJob *job);

#define job_state(job) job_state_(__LINE__, __FILE__, job)
BG_JOB_STATE job_state_(int line, const char *file, IBackgroundCopyJob *job);
const char *state_name(BG_JOB_STATE state);
void job_progress(IBackgroundCopyJob *job, BG_JOB_PROGRESS *progress);
/* The code of GetError; S_OK when there is no error. context may be NULL. */
HRESULT job_error(IBackgroundCopyJob *job, BG_ERROR_CONTEXT *context);

#define STATE_BIT(state) (1u << (state))
#define TRANSFERRED      STATE_BIT(BG_JOB_STATE_TRANSFERRED)
#define FAILED_STATES    (STATE_BIT(BG_JOB_STATE_ERROR) | STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR))
/* Waits for one of the states of the mask; a failed check, with the job's error, when the time is
 * over or the job cannot get there by itself. Answers the state. */
#define wait_for_state(job, mask, ms) wait_for_state_(__LINE__, __FILE__, job, mask, ms)
BG_JOB_STATE wait_for_state_(int line, const char *file, IBackgroundCopyJob *job, unsigned int mask,
                             unsigned int ms);
/* Waits until at least so many bytes of the job are there. */
bool wait_for_bytes(IBackgroundCopyJob *job, UINT64 bytes, unsigned int ms);

/* ---- Files ---- */

/* Full name of a file of the folder; L"" names the folder. Returns the buffer. */
WCHAR *temp_path(const WCHAR *name, WCHAR path[MAX_PATH]);
/* The origin's URL, wide. Returns the buffer, which has URL_MAX characters. */
#define URL_MAX 2201
WCHAR *origin_wurl(const struct origin *origin, const char *path, WCHAR url[URL_MAX]);
bool file_exists(const WCHAR *path);
/* Files in the folder, hidden ones too. */
unsigned int temp_file_count(void);
/* A folder in which this user may not make files, without the last backslash. False: none is known.
 */
bool closed_folder(WCHAR folder[MAX_PATH]);
/* Makes a file of synthetic bytes. */
bool write_file(const WCHAR *path, UINT64 size, unsigned int version);
/* A check that the file has this size and the synthetic bytes of the version. */
#define verify_file(path, size, version) verify_file_(__LINE__, __FILE__, path, size, version)
bool verify_file_(int line, const char *file, const WCHAR *path, UINT64 size, unsigned int version);

/* ---- Policies of the machine; what was there comes back at com_stop() ---- */

/* False without the right to write them. */
bool policy_set(const WCHAR *name, DWORD value);
bool policy_set_raw(const WCHAR *name, DWORD type, const void *data, DWORD size);
bool policy_delete(const WCHAR *name);
void policy_restore(void);

#endif
