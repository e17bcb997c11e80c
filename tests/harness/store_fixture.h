/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Stores for tests: a scratch folder, jobs that are made of a seed, and what is loaded as text.
 * Portable; for one thread. */
#ifndef OPENBITS_TESTS_STORE_FIXTURE_H
#define OPENBITS_TESTS_STORE_FIXTURE_H

#include "store/store.h"

#define SCRATCH_PATH_SIZE 512
#define LOADED_MAX        64

/* A folder of this program alone; its path ends with a slash. */
const char *scratch_folder(void);
/* A file in it, in storage that the next call but three uses again. */
const char *scratch_file(const char *name);
const WCHAR *scratch_wide(const char *name);
/* Removes the store of this name, what was set aside of it and their logs. */
void scratch_remove_store(const char *name);
/* Removes the folder, which must be empty. */
void scratch_done(void);

/* The whole of a file from malloc(); NULL when it is not there. */
uint8_t *scratch_read(const char *name, size_t *size);
bool scratch_write(const char *name, const void *data, size_t size);
void scratch_remove(const char *name);

GUID store_test_id(unsigned int seed);
/* Lists of changes, freed by store_changes_free(). */
struct store_change *store_test_job(unsigned int seed);
struct store_change *store_test_job_status(unsigned int seed, uint32_t error_count);
struct store_change *store_test_file(unsigned int seed, uint32_t index);
struct store_change *store_test_removal(unsigned int seed);
/* A job with so many files, in one list. */
struct store_change *store_test_whole_job(unsigned int seed, uint32_t files);
/* Appends; returns first, or next when that is NULL. */
struct store_change *store_test_join(struct store_change *first, struct store_change *next);

/* Commits and frees the list. */
HRESULT store_test_commit(struct store *store, struct store_change *changes);

struct loaded_job
{
    GUID id;
    uint32_t error_count;
    uint32_t files;
    char *text; /* every value of the job and its files */
};

struct loaded
{
    struct loaded_job jobs[LOADED_MAX];
    size_t count;
    bool is_too_much;
};

HRESULT store_test_load(struct store *store, struct loaded *loaded);
void loaded_done(struct loaded *loaded);
const struct loaded_job *loaded_find(const struct loaded *loaded, unsigned int seed);
/* The text that the job of this list has once it was loaded; free(). */
char *store_test_text_of(const struct store_change *changes);

#endif
