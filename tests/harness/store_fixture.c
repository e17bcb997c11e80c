/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Stores for tests. */
#include "harness/store_fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "harness/os.h"

#ifdef _WIN32
#include <direct.h>
#define make_folder(path)   _mkdir(path)
#define remove_folder(path) _rmdir(path)
#else
#include <sys/stat.h>
#include <unistd.h>
#define make_folder(path)   mkdir((path), 0700)
#define remove_folder(path) rmdir(path)
#endif

const char *scratch_folder(void)
{
    static char folder[256];

    if (!folder[0])
    {
#ifdef _WIN32
        char temp[200] = "";

        GetTempPathA(sizeof(temp), temp);
#else
        static const char temp[] = "/tmp/";
#endif
        snprintf(folder, sizeof(folder), "%sopenbits-store-%u/", temp, os_process_id());
        make_folder(folder);
    }
    return folder;
}

const char *scratch_file(const char *name)
{
    static char paths[4][SCRATCH_PATH_SIZE];
    static unsigned int turn;
    char *path = paths[turn++ % 4];

    snprintf(path, SCRATCH_PATH_SIZE, "%s%s", scratch_folder(), name);
    return path;
}

const WCHAR *scratch_wide(const char *name)
{
    static WCHAR wide[SCRATCH_PATH_SIZE];

    str_decode_utf8(scratch_file(name), wide, SCRATCH_PATH_SIZE);
    return wide;
}

void scratch_remove(const char *name)
{
    remove(scratch_file(name));
}

void scratch_remove_store(const char *name)
{
    char other[128];

    scratch_remove(name);
    snprintf(other, sizeof(other), "%s-wal", name);
    scratch_remove(other);
    for (int i = 1; i < 1000; i++)
    {
        snprintf(other, sizeof(other), "%s.damaged-%d", name, i);
        if (remove(scratch_file(other))) break;
        snprintf(other, sizeof(other), "%s.damaged-%d-wal", name, i);
        scratch_remove(other);
    }
}

void scratch_done(void)
{
    remove_folder(scratch_folder());
}

uint8_t *scratch_read(const char *name, size_t *size)
{
    FILE *file = fopen(scratch_file(name), "rb");
    uint8_t *data = NULL;
    long len = 0;

    *size = 0;
    if (!file) return NULL;
    if (!fseek(file, 0, SEEK_END) && (len = ftell(file)) >= 0 && !fseek(file, 0, SEEK_SET) &&
        (data = malloc((size_t)len + 1)))
        *size = fread(data, 1, (size_t)len, file);
    fclose(file);
    return data;
}

bool scratch_write(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(scratch_file(name), "wb");
    bool done;

    if (!file) return false;
    done = fwrite(data, 1, size, file) == size;
    return !fclose(file) && done;
}

/* ---- changes ---- */

GUID store_test_id(unsigned int seed)
{
    return (GUID){seed * 2654435761u, (uint16_t)seed, 0x4f42, {1, 2, 3, 4, 5, 6, 7, 8}};
}

static WCHAR *text_with(const char *text, unsigned int number)
{
    char whole[512];

    snprintf(whole, sizeof(whole), "%s%u \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", text, number);
    return str_from_utf8(whole);
}

static struct store_change *new_change(enum store_change_kind kind, unsigned int seed)
{
    struct store_change *change = calloc(1, sizeof(*change));

    if (!change) abort();
    change->kind = kind;
    change->job = store_test_id(seed);
    return change;
}

static struct job_options options_with(unsigned int seed)
{
    if (seed % 4 != 1) return (struct job_options){0};
    return (struct job_options){.was_resumed = seed % 3,
                                .has_cost_flags = seed % 2,
                                .cost_flags = 0x80000000u + seed % 256,
                                .is_dynamic = seed % 5 == 1,
                                .is_high_performance = seed % 7 == 1,
                                .max_download_size = (uint64_t)seed << 35,
                                .has_change_interval = seed % 3 == 1,
                                .change_interval_ms = seed * 3,
                                .notify_class = store_test_id(seed + 1),
                                .acl_flags = seed % 16,
                                .token_flags = seed % 4,
                                .has_token = seed % 3 == 2};
}

struct store_change *store_test_job_status(unsigned int seed, uint32_t error_count)
{
    struct store_change *change = new_change(STORE_JOB, seed);

    change->job_data.status = (struct job_status){
        .state = seed % JOB_STATE_COUNT,
        .ending = seed % JOB_ENDING_COUNT,
        .priority = seed % JOB_PRIORITY_COUNT,
        .peer_flags = seed * 3,
        .notify_flags = seed % (NOTIFY_FLAG_MASK + 1),
        .min_retry_delay = 600 + seed,
        .no_progress_timeout = UINT32_MAX - seed,
        .max_download_time = seed * 7,
        .has_max_download_time = seed % 2,
        .proxy_usage = seed % PROXY_USAGE_COUNT,
        .times = {133000000000000000ull + seed, 133000000000000001ull + seed, seed % 3},
        .error = {(HRESULT)(0x80200000u + seed), seed % (ERROR_CONTEXT_CERTIFICATE_CALLBACK + 1),
                  seed % 4 ? seed : JOB_NO_FILE},
        .error_count = error_count,
        .notify_failures = seed % 5,
        .active_ms = (uint64_t)seed << 33,
        .is_done_untold = seed % 3 == 0,
        .is_error_untold = seed % 5 == 0,
        .is_on_demand = seed % 3 == 1,
        .options = options_with(seed),
    };
    return change;
}

static struct upload_state *upload_with(unsigned int seed)
{
    struct upload_state *state = calloc(1, sizeof(*state));

    if (!state) abort();
    snprintf(state->session, sizeof(state->session), "{session-%u}", seed);
    if (seed % 2) snprintf(state->host, sizeof(state->host), "host%u.example:80", seed);
    state->fallback_seconds = UPLOAD_FALLBACK_NEVER - seed;
    state->fragment_limit = seed * 4096;
    state->is_stale = seed % 2;
    state->is_closing = !state->is_stale;
    return state;
}

static struct http_settings *http_with(unsigned int seed)
{
    struct http_settings *http = http_settings_copy(NULL);

    if (!http) abort();
    http->are_headers_write_only = seed % 2;
    if (seed % 2) http->method = text_with("METHOD", seed);
    http->security_flags = seed;
    http->uses_stored_for_proxy = seed % 2;
    http->needs_judge = seed % 3 == 1;
    http->cert.is_set = true;
    http->cert.location = seed % 8;
    http->cert.store = text_with("STORE", seed);
    if (seed % 3) http->cert.subject = text_with("CN=", seed);
    memset(http->cert.hash, (int)seed, sizeof(http->cert.hash));
    return http;
}

struct store_change *store_test_job(unsigned int seed)
{
    struct store_change *change = store_test_job_status(seed, seed);
    struct job_texts *texts = calloc(1, sizeof(*texts));

    if (!texts) abort();
    texts->type = seed % JOB_TYPE_COUNT;
    str_decode_utf8("S-1-5-21-1-2-3-1000", texts->owner.sid, ACCESS_SID_SIZE);
    texts->owner.integrity_level = 0x2000 + seed;
    texts->owner.is_admin = seed % 2;
    texts->owner.is_elevated = seed % 3 == 1;
    texts->display_name = text_with("job ", seed);
    if (seed % 2) texts->description = text_with("description of ", seed);
    if (seed % 3 == 1) texts->proxy_list = text_with("proxy.example:", seed);
    if (seed % 3 == 2) texts->proxy_bypass = text_with("<local>;", seed);
    if (seed % 4 == 1) texts->notify_program = text_with("C:\\program ", seed);
    if (seed % 4 == 2) texts->notify_parameters = text_with("parameters ", seed);
    if (seed % 5 == 1) texts->http = http_with(seed);
    if (seed % 3 == 0) texts->upload = upload_with(seed);
    if (seed % 4 == 3) texts->reply_name = text_with("C:\\reply ", seed);
    if (seed % 7 == 1)
        texts->legacy = (struct legacy_group){true, seed % 2, store_test_id(seed + 1), {0}};
    change->job_data.texts = texts;
    return change;
}

static void add_wishes(struct file_wishes *wishes, uint32_t index)
{
    const struct byte_range ranges[] = {{index, UINT64_MAX}, {0, index}};

    wishes->is_random = true;
    wishes->has_position = index % 2;
    wishes->position = index * 100ull;
    if (FAILED(file_wishes_add(wishes, ranges, index % 3, false))) abort();
}

static struct file_ranges *ranges_with(uint32_t index)
{
    const struct file_range items[] = {{1ull << 40, FILE_RANGE_TO_END}, {index, 1}};
    struct file_ranges *ranges;

    if (FAILED(file_ranges_create(items, 1 + index % 2, &ranges))) abort();
    return ranges;
}

struct store_change *store_test_file(unsigned int seed, uint32_t index)
{
    struct store_change *change = new_change(STORE_FILE, seed);
    struct file_status *status = &change->file_data.status;
    struct file_names *names = calloc(1, sizeof(*names));

    if (!names) abort();
    change->file = index;
    status->version = (struct file_version){.known = seed % 2,
                                            .size = ((uint64_t)seed << 40) + index,
                                            .has_mtime = seed % 3 == 0,
                                            .mtime = 133000000000000000ull + index,
                                            .is_private = seed % 2};
    snprintf(status->version.last_modified, sizeof(status->version.last_modified), "day %u", seed);
    if (index % 2) snprintf(status->version.etag, sizeof(status->version.etag), "\"%u\"", index);
    for (uint32_t i = 0; i < index % 5; i++)
        range_set_add(&status->have, i * 1000000000000ull, i * 1000000000000ull + 10 + i);
    if (index % 3) status->sum = (struct file_sum){10 + index, 0xffffffffu - seed};
    status->sources = (struct file_sources){seed, (uint64_t)index << 50};
    status->has_temp_file = index % 2;
    status->is_done = index % 3 == 0;
    status->is_published = index % 4 == 0;
    status->is_valid = index % 5 == 0;
    status->is_origin_only = seed % 7 == 0;
    status->is_untold = index % 7 == 0;
    status->is_renamed = index % 4 == 1;
    status->is_of_two_names = index % 8 == 1;
    if (index % 5 == 3) add_wishes(&status->wishes, index);

    names->remote = text_with("http://server.example/path/of/file?", index);
    names->is_elsewhere = index % 3 == 0;
    names->local = text_with("C:\\Users\\somebody\\file ", index);
    if (index % 2) names->temp = text_with("C:\\Users\\somebody\\BIT", index);
    if (index % 3 == 2) names->content = text_with("http://server.example/before?", index);
    if (index % 4 == 2) names->ranges = ranges_with(index);
    change->file_data.names = names;
    return change;
}

struct store_change *store_test_removal(unsigned int seed)
{
    return new_change(STORE_REMOVE_JOB, seed);
}

struct store_change *store_test_join(struct store_change *first, struct store_change *next)
{
    struct store_change **end = &first;

    while (*end)
        end = &(*end)->next;
    *end = next;
    return first;
}

struct store_change *store_test_whole_job(unsigned int seed, uint32_t files)
{
    struct store_change *changes = store_test_job(seed);

    for (uint32_t i = 0; i < files; i++)
        store_test_join(changes, store_test_file(seed, i));
    return changes;
}

HRESULT store_test_commit(struct store *store, struct store_change *changes)
{
    HRESULT hr = store_sqlite_ops.commit(store, changes);

    store_changes_free(changes);
    return hr;
}

/* ---- what is loaded, as text ---- */

static void print(char **text, const char *format, ...) LOG_PRINTF(2, 3);

static void print(char **text, const char *format, ...)
{
    size_t len = *text ? strlen(*text) : 0;
    char line[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (!(*text = realloc(*text, len + strlen(line) + 1))) abort();
    strcpy(*text + len, line);
}

static void print_text(char **text, const WCHAR *wide)
{
    char *narrow = wide ? str_to_utf8(wide) : NULL;

    print(text, " [%s]", narrow ? narrow : wide ? "?" : "NULL");
    free(narrow);
}

static void print_http(char **text, const struct http_settings *h)
{
    print_text(text, h->headers);
    print_text(text, h->method);
    print(text, " %u %u %#x %u %u %u %#x", h->needs_judge, h->are_headers_write_only,
          (unsigned int)h->security_flags, h->uses_stored_for_proxy, h->cert.is_set,
          (unsigned int)h->cert.location, h->cert.hash[HTTP_CERT_HASH_SIZE - 1]);
    print_text(text, h->cert.store);
    print_text(text, h->cert.subject);
}

static void print_options(char **text, const struct job_options *o)
{
    print(text, " [%u %u %#x %u %u %llu %u %u %#x %u %u %u]", o->was_resumed, o->has_cost_flags,
          (unsigned int)o->cost_flags, o->is_dynamic, o->is_high_performance,
          (unsigned long long)o->max_download_size, o->has_change_interval,
          (unsigned int)o->change_interval_ms,
          (unsigned int)(o->notify_class.Data1 ^ o->notify_class.Data2 ^ o->notify_class.Data3 ^
                         o->notify_class.Data4[7]),
          (unsigned int)o->acl_flags, (unsigned int)o->token_flags, o->has_token);
}

static void print_job(char **text, const GUID *id, const struct job_status *s,
                      const struct job_texts *t)
{
    print(text, "job %#x: %u %u %u %u %u %u %u %u %u %u %llu %llu %llu", (unsigned int)id->Data1,
          s->state, s->ending, s->priority, (unsigned int)s->peer_flags,
          (unsigned int)s->notify_flags, (unsigned int)s->min_retry_delay,
          (unsigned int)s->no_progress_timeout, (unsigned int)s->max_download_time,
          s->has_max_download_time, s->proxy_usage, (unsigned long long)s->times.creation,
          (unsigned long long)s->times.modification, (unsigned long long)s->times.completion);
    print(text, " %u %#x %u %u %u %u %llu %u %u", s->is_on_demand, (unsigned int)s->error.code,
          s->error.context, (unsigned int)s->error.file_index, (unsigned int)s->error_count,
          (unsigned int)s->notify_failures, (unsigned long long)s->active_ms, s->is_done_untold,
          s->is_error_untold);
    print_options(text, &s->options);
    print(text, " %u %#x %u %u", t->type, (unsigned int)t->owner.integrity_level, t->owner.is_admin,
          t->owner.is_elevated);
    print_text(text, t->owner.sid);
    print_text(text, t->display_name);
    print_text(text, t->description);
    print_text(text, t->proxy_list);
    print_text(text, t->proxy_bypass);
    print_text(text, t->notify_program);
    print_text(text, t->notify_parameters);
    if (t->http) print_http(text, t->http);
    if (t->legacy.is_group)
        print(text, " group %d %x", t->legacy.has_job, (unsigned int)t->legacy.job_id.Data1);
    if (t->reply_name) print_text(text, t->reply_name);
    if (t->upload)
        print(text, " %s %s %u %u %d%d", t->upload->session, t->upload->host,
              t->upload->fallback_seconds, t->upload->fragment_limit, t->upload->is_stale,
              t->upload->is_closing);
}

static void print_file(char **text, uint32_t index, const struct file_status *s,
                       const struct file_names *n)
{
    print(text,
          "\nfile %u: %u %llu %u %llu [%s] [%s] %llu %llu %u %u %u %u %u %u:", (unsigned int)index,
          s->version.known, (unsigned long long)s->version.size, s->version.has_mtime,
          (unsigned long long)s->version.mtime, s->version.last_modified, s->version.etag,
          (unsigned long long)s->sources.from_origin, (unsigned long long)s->sources.from_peers,
          s->has_temp_file, s->is_done, s->is_published, s->is_valid, s->is_origin_only,
          s->is_untold);
    for (size_t i = 0; i < s->have.count; i++)
        print(text, " %llu-%llu", (unsigned long long)s->have.ranges[i].begin,
              (unsigned long long)s->have.ranges[i].end);
    print(text, " sum %llu %#x, private %u", (unsigned long long)s->sum.end,
          (unsigned int)s->sum.crc32c, s->version.is_private);
    print(text, " %u", n->is_elsewhere);
    print_text(text, n->remote);
    print_text(text, n->local);
    print_text(text, n->temp);
    print_text(text, n->content);
    print(text, " %u %u %u", s->is_renamed, s->is_of_two_names, s->wishes.is_random);
    print(text, " %u %llu", s->wishes.has_position, (unsigned long long)s->wishes.position);
    for (uint32_t i = 0; i < s->wishes.count; i++)
        print(text, " %llu-%llu", (unsigned long long)s->wishes.ranges[i].begin,
              (unsigned long long)s->wishes.ranges[i].end);
    for (uint32_t i = 0; n->ranges && i < n->ranges->count; i++)
        print(text, " part %llu+%llu", (unsigned long long)n->ranges->items[i].offset,
              (unsigned long long)n->ranges->items[i].length);
}

static HRESULT take_job(void *ctx, const GUID *id, const struct job_status *status,
                        struct job_texts *texts)
{
    struct loaded *loaded = ctx;

    if (loaded->count == LOADED_MAX)
        loaded->is_too_much = true;
    else
    {
        struct loaded_job *job = &loaded->jobs[loaded->count++];

        *job = (struct loaded_job){.id = *id, .error_count = status->error_count};
        print_job(&job->text, id, status, texts);
    }
    job_texts_free(texts);
    return loaded->is_too_much ? E_FAIL : S_OK;
}

static HRESULT take_file(void *ctx, const GUID *id, uint32_t index, struct file_status *status,
                         struct file_names *names)
{
    struct loaded *loaded = ctx;
    struct loaded_job *job = loaded->count ? &loaded->jobs[loaded->count - 1] : NULL;
    HRESULT hr = E_FAIL;

    if (job && guid_is_equal(&job->id, id) && job->files == index)
    {
        job->files++;
        print_file(&job->text, index, status, names);
        hr = S_OK;
    }
    file_status_done(status);
    file_names_free(names);
    return hr;
}

HRESULT store_test_load(struct store *store, struct loaded *loaded)
{
    static const struct store_loader loader = {take_job, take_file};

    memset(loaded, 0, sizeof(*loaded));
    return store_load(store, &loader, loaded);
}

void loaded_done(struct loaded *loaded)
{
    for (size_t i = 0; i < loaded->count; i++)
        free(loaded->jobs[i].text);
    memset(loaded, 0, sizeof(*loaded));
}

const struct loaded_job *loaded_find(const struct loaded *loaded, unsigned int seed)
{
    GUID id = store_test_id(seed);

    for (size_t i = 0; i < loaded->count; i++)
        if (guid_is_equal(&loaded->jobs[i].id, &id)) return &loaded->jobs[i];
    return NULL;
}

char *store_test_text_of(const struct store_change *changes)
{
    char *text = NULL;

    for (; changes; changes = changes->next)
        if (changes->kind == STORE_JOB)
            print_job(&text, &changes->job, &changes->job_data.status, changes->job_data.texts);
        else if (changes->kind == STORE_FILE)
            print_file(&text, changes->file, &changes->file_data.status, changes->file_data.names);
    return text;
}
