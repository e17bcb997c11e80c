/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Puts a line together on the caller's stack and writes it in one piece, so that lines of several
 * threads do not mix and no lock is needed. */
#define __USE_MINGW_ANSI_STDIO 1
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#ifndef _WIN32
#include <unistd.h>
#endif

/* Nothing is read from the environment before the first line that might be shown. */
#define THRESHOLD_UNREAD 255

#define CONFIG_MAX 512

static const char *const channel_names[LOG_CHANNEL_COUNT] = {
    "job", "http", "com", "policy", "store", "peer", "transfer", "notify", "service",
};

static const char *const level_names[LOG_LEVEL_COUNT] = {"off", "error", "warn", "info", "trace"};

atomic_uchar log_thresholds[LOG_CHANNEL_COUNT] = {
    THRESHOLD_UNREAD, THRESHOLD_UNREAD, THRESHOLD_UNREAD, THRESHOLD_UNREAD, THRESHOLD_UNREAD,
    THRESHOLD_UNREAD, THRESHOLD_UNREAD, THRESHOLD_UNREAD, THRESHOLD_UNREAD,
};

_Static_assert(LOG_CHANNEL_COUNT == 9, "the two tables above name every channel");

#ifdef _WIN32
/* A service has nowhere else to write to. Opened for each line: nothing is left to close, and the
 * file may be moved away at any time. */
static void append(const WCHAR *path, const char *line)
{
    HANDLE file =
        CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD written;

    if (file == INVALID_HANDLE_VALUE) return;
    WriteFile(file, line, (DWORD)strlen(line), &written, NULL);
    CloseHandle(file);
}
#endif

static void write_out(const char *line)
{
#ifdef _WIN32
    HANDLE out = GetStdHandle(STD_ERROR_HANDLE);
    WCHAR path[MAX_PATH];
    DWORD written, length = GetEnvironmentVariableW(L"OPENBITS_LOG_FILE", path, MAX_PATH);

    if (length && length < MAX_PATH) append(path, line);
    if (out && out != INVALID_HANDLE_VALUE)
        WriteFile(out, line, (DWORD)strlen(line), &written, NULL);
    OutputDebugStringA(line);
#else
    ssize_t written = write(STDERR_FILENO, line, strlen(line));
    (void)written; /* there is nobody left to tell */
#endif
}

static _Atomic(void (*)(const char *)) current_sink = write_out;

void log_set_sink(void (*sink)(const char *line))
{
    atomic_store(&current_sink, sink ? sink : write_out);
}

static bool is_name(const char *text, size_t len, const char *name)
{
    return strlen(name) == len && !memcmp(text, name, len);
}

/* One piece of the form channel=level. */
static void apply_piece(const char *piece, size_t len, unsigned char thresholds[])
{
    const char *equals = memchr(piece, '=', len);
    size_t name_len, level_len;
    unsigned char level;

    if (!equals) return;
    name_len = (size_t)(equals - piece);
    level_len = len - name_len - 1;
    for (level = 0; level < LOG_LEVEL_COUNT; level++)
        if (is_name(equals + 1, level_len, level_names[level])) break;
    if (level == LOG_LEVEL_COUNT) return;

    for (unsigned int i = 0; i < LOG_CHANNEL_COUNT; i++)
        if (is_name(piece, name_len, "all") || is_name(piece, name_len, channel_names[i]))
            thresholds[i] = level;
}

void log_configure(const char *levels)
{
    unsigned char thresholds[LOG_CHANNEL_COUNT];
    size_t len;

    memset(thresholds, LOG_LEVEL_WARN, sizeof(thresholds));
    while (*levels)
    {
        len = strcspn(levels, ",");
        apply_piece(levels, len, thresholds);
        levels += len;
        if (*levels) levels++;
    }
    for (unsigned int i = 0; i < LOG_CHANNEL_COUNT; i++)
        atomic_store_explicit(&log_thresholds[i], thresholds[i], memory_order_relaxed);
}

/* Threads that come here together read the same. */
static void configure_from_environment(void)
{
    char levels[CONFIG_MAX] = "";

#ifdef _WIN32
    DWORD len = GetEnvironmentVariableA("OPENBITS_LOG", levels, sizeof(levels));

    if (len >= sizeof(levels)) levels[0] = 0;
#else
    const char *value = getenv("OPENBITS_LOG");

    if (value) snprintf(levels, sizeof(levels), "%s", value);
#endif
    log_configure(levels);
}

static size_t thread_number(void)
{
#ifdef _WIN32
    return GetCurrentThreadId();
#else
    return (size_t)gettid();
#endif
}

/* What a server or a client sent must not look like a line of ours. */
static void hide_control_characters(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) *text = '?';
}

LOG_PRINTF(3, 0)
static void put_line(enum log_channel channel, enum log_level level, const char *format,
                     va_list args)
{
    static const size_t text_max = LOG_LINE_MAX - 2; /* a line feed and the terminator */
    unsigned long long now = clock_ticks(&clock_system);
    char line[LOG_LINE_MAX];
    size_t size;
    int got;

    got = snprintf(line, text_max, "%llu.%03llu %04zx %s %s: ", now / 1000, now % 1000,
                   thread_number(), channel_names[channel], level_names[level]);
    size = got > 0 ? (size_t)got : 0;
    got = vsnprintf(line + size, text_max - size + 1, format, args);
    if (got < 0) line[size] = 0;

    size = strlen(line);
    if (size && line[size - 1] == '\n') line[--size] = 0;
    hide_control_characters(line);
    line[size] = '\n';
    line[size + 1] = 0;
    atomic_load (&current_sink)(line);
}

void log_write(enum log_channel channel, enum log_level level, const char *format, ...)
{
#ifdef _WIN32
    DWORD error = GetLastError();
#endif
    va_list args;

    if (log_thresholds[channel] == THRESHOLD_UNREAD) configure_from_environment();
    if (log_is_on(channel, level))
    {
        va_start(args, format);
        put_line(channel, level, format, args);
        va_end(args);
    }
#ifdef _WIN32
    SetLastError(error); /* which the caller may still want to read */
#endif
}
