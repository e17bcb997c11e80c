/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The life cycle table against a second one, written by hand from the documented state diagram. */
#include "harness/test.h"

#include <string.h>

#include "bitsmsg.h"
#include "harness/fake_ports.h"
#include "job/job_private.h"
#include "job/job_state.h"

/* In the order of enum job_state: Queued, Connecting, Transferring, Suspended, Error, tRansient
 * error, transferred (Done), Acknowledged, cancelled (X). */
static const char state_letters[] = "QCTSERDAX";

/* The state after each event, '-' where the event is not allowed. */
/* clang-format off */
static const struct
{
    enum job_event event;
    const char *to;
} expected[JOB_EVENT_COUNT] = {
    /*                      QCTSERDAX */
    { EV_RESUME,           "QCTQQQQ--" },
    { EV_SUSPEND,          "SSSSESD--" },
    { EV_CANCEL,           "XXXXXXX--" },
    { EV_COMPLETE,         "---AA-A--" },
    { EV_REJECT,           "EEEEEEE--" },
    { EV_REFETCH,          "QCTSERQ--" },
    { EV_START,            "C--------" },
    { EV_PREEMPT,          "-QQ------" },
    { EV_SLICE_OVER,       "-QQ------" },
    { EV_RETRY,            "-----Q---" },
    { EV_GIVE_UP,          "-----E---" },
    { EV_TIME_USED_UP,     "-EE------" },
    { EV_EXPIRE,           "X--XXXX--" },
    { EV_CONNECTED,        "-TT------" },
    { EV_TRANSIENT_ERROR,  "-RR------" },
    { EV_FATAL_ERROR,      "-EE------" },
    { EV_ALL_DONE,         "-DD------" },
    { EV_NOTHING_WANTED,   "-SS------" },
    { EV_SOURCES_CHANGED,  "QQQSERD--" },
    { EV_NETWORK_LOST,     "RRR------" },
    { EV_BLOCKED,          "RRR------" },
};
/* clang-format on */

static void test_every_pair(void)
{
    for (unsigned int i = 0; i < JOB_EVENT_COUNT; i++)
    {
        ok(expected[i].event == i, "Row %u is of event %u.\n", i, expected[i].event);
        ok(strlen(expected[i].to) == JOB_STATE_COUNT, "Row %u is cut.\n", i);
        for (unsigned int from = 0; from < JOB_STATE_COUNT; from++)
        {
            unsigned int effects = 0;
            enum job_state to;
            char letter = '-';

            if (job_state_find((enum job_state)from, expected[i].event, &to, &effects))
                letter = state_letters[to];
            ok(letter == expected[i].to[from], "Event %u in %c leads to %c.\n", i,
               state_letters[from], letter);
        }
    }
}

static void test_effects(void)
{
    for (unsigned int event = 0; event < JOB_EVENT_COUNT; event++)
        for (unsigned int from = 0; from < JOB_STATE_COUNT; from++)
        {
            bool was_running = job_state_is_running((enum job_state)from), is_running;
            unsigned int effects;
            enum job_state to;

            if (!job_state_find((enum job_state)from, (enum job_event)event, &to, &effects))
                continue;
            is_running = job_state_is_running(to);
            winetest_push_context("%c --%u--> %c", state_letters[from], event, state_letters[to]);
            /* Whoever stops running tells the mover, but for the one that the mover has ended. */
            ok(!(effects & FX_STOP) == !(was_running && !is_running && to != JOB_TRANSFERRED),
               "Stop is wrong.\n");
            ok(!(effects & FX_START) == !(!was_running && is_running), "Start is wrong.\n");
            ok(!(effects & FX_LEAVE) == !job_state_is_final(to), "Leave is wrong.\n");
            ok(!(effects & FX_TELL_DONE) == !(to == JOB_TRANSFERRED && from != (unsigned int)to),
               "JobTransferred is wrong.\n");
            ok(!(effects & FX_TELL_ERROR) == !(to == JOB_ERROR && from != (unsigned int)to),
               "JobError is wrong.\n");
            /* A place in the line or a turn that becomes free is the scheduler's business. */
            if (to == JOB_QUEUED && from != (unsigned int)to)
                ok(effects & FX_WAKE, "Nobody looks.\n");
            if (was_running && !is_running) ok(effects & FX_WAKE, "Nobody looks.\n");
            winetest_pop_context();
        }
}

static void test_refused_event_changes_nothing(void)
{
    struct fake_world world;
    struct job *job;
    uint32_t epoch;
    HRESULT hr;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    queue_lock(world.queue);
    epoch = job->epoch;
    hr = job_apply(job, EV_CONNECTED);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", (unsigned long)hr);
    ok(job->state == JOB_SUSPENDED, "Got state %u.\n", job->state);
    ok(job->epoch == epoch, "The epoch has moved.\n");
    queue_unlock(world.queue);
    ok(!world.note_count, "The mover was told something.\n");
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

START_TEST(job_state)
{
    RUN_TEST(test_every_pair);
    RUN_TEST(test_effects);
    RUN_TEST(test_refused_event_changes_nothing);
}
