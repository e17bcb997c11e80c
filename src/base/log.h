/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Diagnostic lines on standard error, for any thread, with or without locks held. OPENBITS_LOG sets
 * levels, as in "all=info,http=trace"; without it errors and warnings are shown. OPENBITS_LOG_FILE
 * names a file that gets them too.
 * No secrets: URLs pass through url_redact() first; credentials, custom headers and bodies are
 * never logged. */
#ifndef OPENBITS_BASE_LOG_H
#define OPENBITS_BASE_LOG_H

#include <stdatomic.h>

#include "base/types.h"

enum log_channel
{
    LOG_JOB,
    LOG_HTTP,
    LOG_COM,
    LOG_POLICY,
    LOG_STORE,
    LOG_PEER,
    LOG_TRANSFER,
    LOG_NOTIFY,
    LOG_SERVICE,
    LOG_CHANNEL_COUNT
};

enum log_level
{
    LOG_LEVEL_OFF,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARN,
    LOG_LEVEL_INFO,
    LOG_LEVEL_TRACE,
    LOG_LEVEL_COUNT
};

/* Longer lines are cut. */
#define LOG_LINE_MAX 1024

/* As in C99 on Windows too: %zu, %llu and %#lx, but not %I64u. */
#if defined(__clang__)
#define LOG_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define LOG_PRINTF(text, first) __attribute__((format(gnu_printf, text, first)))
#endif

/* Private to the macros: the highest level shown. */
extern atomic_uchar log_thresholds[LOG_CHANNEL_COUNT];

/* Writes one line; control characters in it become question marks. */
void log_write(enum log_channel channel, enum log_level level, const char *format, ...)
    LOG_PRINTF(3, 4);

/* Takes the place of OPENBITS_LOG; an unknown name is skipped. */
void log_configure(const char *levels);

/* Would a line of this level be shown? For what is costly to put together. */
static inline bool log_is_on(enum log_channel channel, enum log_level level)
{
    return level <= atomic_load_explicit(&log_thresholds[channel], memory_order_relaxed);
}

#define LOG_AT(channel, level, ...)                                                                \
    do                                                                                             \
    {                                                                                              \
        if (log_is_on((channel), (level))) log_write((channel), (level), __VA_ARGS__);             \
    } while (0)

#define LOG_ERR(channel, ...)   LOG_AT(channel, LOG_LEVEL_ERROR, __VA_ARGS__)
#define LOG_WARN(channel, ...)  LOG_AT(channel, LOG_LEVEL_WARN, __VA_ARGS__)
#define LOG_INFO(channel, ...)  LOG_AT(channel, LOG_LEVEL_INFO, __VA_ARGS__)
#define LOG_TRACE(channel, ...) LOG_AT(channel, LOG_LEVEL_TRACE, __VA_ARGS__)

/* For the test of this module: takes the place of standard error. */
void log_set_sink(void (*sink)(const char *line));

#endif
