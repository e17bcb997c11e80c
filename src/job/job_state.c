/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The transition table, and job_apply(), which alone writes job->state. Under queue->lock. */
#include "job/job_state.h"

#include "bitsmsg.h"
#include "job/job_private.h"

struct transition
{
    enum job_state from;
    enum job_event event;
    enum job_state to;
    unsigned int effects;
};

/* A pair that has no row is not allowed: BG_E_INVALID_STATE. A row that ends where it begins says
 * that the event is welcome and changes nothing. */
/* clang-format off */
static const struct transition transitions[] = {
    { JOB_SUSPENDED,       EV_RESUME,          JOB_QUEUED,          FX_WAKE | FX_TOUCH },
    { JOB_SUSPENDED,       EV_SUSPEND,         JOB_SUSPENDED,       FX_TOUCH },
    { JOB_SUSPENDED,       EV_CANCEL,          JOB_CANCELLED,       FX_LEAVE | FX_TOUCH },
    { JOB_SUSPENDED,       EV_COMPLETE,        JOB_ACKNOWLEDGED,    FX_LEAVE | FX_TOUCH },
    { JOB_SUSPENDED,       EV_REJECT,          JOB_ERROR,           FX_TELL_ERROR | FX_TOUCH },
    { JOB_SUSPENDED,       EV_REFETCH,         JOB_SUSPENDED,       FX_TOUCH },
    { JOB_SUSPENDED,       EV_EXPIRE,          JOB_CANCELLED,       FX_LEAVE | FX_TOUCH },
    { JOB_SUSPENDED,       EV_SOURCES_CHANGED, JOB_SUSPENDED,       0 },

    { JOB_QUEUED,          EV_RESUME,          JOB_QUEUED,          FX_TOUCH },
    { JOB_QUEUED,          EV_SUSPEND,         JOB_SUSPENDED,       FX_WAKE | FX_TOUCH },
    { JOB_QUEUED,          EV_CANCEL,          JOB_CANCELLED,       FX_LEAVE | FX_WAKE | FX_TOUCH },
    { JOB_QUEUED,          EV_START,           JOB_CONNECTING,      FX_START | FX_TOUCH },
    { JOB_QUEUED,          EV_REJECT,          JOB_ERROR,           FX_TELL_ERROR | FX_WAKE | FX_TOUCH },
    { JOB_QUEUED,          EV_REFETCH,         JOB_QUEUED,          FX_TOUCH },
    { JOB_QUEUED,          EV_EXPIRE,          JOB_CANCELLED,       FX_LEAVE | FX_WAKE | FX_TOUCH },
    { JOB_QUEUED,          EV_SOURCES_CHANGED, JOB_QUEUED,          0 },
    { JOB_QUEUED,          EV_NETWORK_LOST,    JOB_TRANSIENT_ERROR, FX_TOUCH },
    { JOB_QUEUED,          EV_BLOCKED,         JOB_TRANSIENT_ERROR, FX_TOUCH },

    { JOB_CONNECTING,      EV_RESUME,          JOB_CONNECTING,      FX_TOUCH },
    { JOB_CONNECTING,      EV_SUSPEND,         JOB_SUSPENDED,       FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_CANCEL,          JOB_CANCELLED,       FX_STOP | FX_LEAVE | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_REJECT,          JOB_ERROR,           FX_STOP | FX_TELL_ERROR | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_REFETCH,         JOB_CONNECTING,      FX_TOUCH },
    { JOB_CONNECTING,      EV_PREEMPT,         JOB_QUEUED,          FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_SLICE_OVER,      JOB_QUEUED,          FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_TIME_USED_UP,    JOB_ERROR,           FX_STOP | FX_TELL_ERROR | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_CONNECTED,       JOB_TRANSFERRING,    FX_TOUCH },
    { JOB_CONNECTING,      EV_TRANSIENT_ERROR, JOB_TRANSIENT_ERROR, FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_FATAL_ERROR,     JOB_ERROR,           FX_STOP | FX_TELL_ERROR | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_ALL_DONE,        JOB_TRANSFERRED,     FX_TELL_DONE | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_NOTHING_WANTED,  JOB_SUSPENDED,       FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_SOURCES_CHANGED, JOB_QUEUED,          FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_NETWORK_LOST,    JOB_TRANSIENT_ERROR, FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_CONNECTING,      EV_BLOCKED,         JOB_TRANSIENT_ERROR, FX_STOP | FX_WAKE | FX_TOUCH },

    { JOB_TRANSFERRING,    EV_RESUME,          JOB_TRANSFERRING,    FX_TOUCH },
    { JOB_TRANSFERRING,    EV_SUSPEND,         JOB_SUSPENDED,       FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_CANCEL,          JOB_CANCELLED,       FX_STOP | FX_LEAVE | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_REJECT,          JOB_ERROR,           FX_STOP | FX_TELL_ERROR | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_REFETCH,         JOB_TRANSFERRING,    FX_TOUCH },
    { JOB_TRANSFERRING,    EV_PREEMPT,         JOB_QUEUED,          FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_SLICE_OVER,      JOB_QUEUED,          FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_TIME_USED_UP,    JOB_ERROR,           FX_STOP | FX_TELL_ERROR | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_CONNECTED,       JOB_TRANSFERRING,    0 },
    { JOB_TRANSFERRING,    EV_TRANSIENT_ERROR, JOB_TRANSIENT_ERROR, FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_FATAL_ERROR,     JOB_ERROR,           FX_STOP | FX_TELL_ERROR | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_ALL_DONE,        JOB_TRANSFERRED,     FX_TELL_DONE | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_NOTHING_WANTED,  JOB_SUSPENDED,       FX_STOP | FX_WAKE | FX_TOUCH },
    /* Queue again and resume at the saved offset, from whichever source is allowed now. */
    { JOB_TRANSFERRING,    EV_SOURCES_CHANGED, JOB_QUEUED,          FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_NETWORK_LOST,    JOB_TRANSIENT_ERROR, FX_STOP | FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRING,    EV_BLOCKED,         JOB_TRANSIENT_ERROR, FX_STOP | FX_WAKE | FX_TOUCH },

    { JOB_TRANSIENT_ERROR, EV_RESUME,          JOB_QUEUED,          FX_WAKE | FX_TOUCH },
    { JOB_TRANSIENT_ERROR, EV_SUSPEND,         JOB_SUSPENDED,       FX_TOUCH },
    { JOB_TRANSIENT_ERROR, EV_CANCEL,          JOB_CANCELLED,       FX_LEAVE | FX_TOUCH },
    { JOB_TRANSIENT_ERROR, EV_REJECT,          JOB_ERROR,           FX_TELL_ERROR | FX_TOUCH },
    { JOB_TRANSIENT_ERROR, EV_REFETCH,         JOB_TRANSIENT_ERROR, FX_TOUCH },
    { JOB_TRANSIENT_ERROR, EV_RETRY,           JOB_QUEUED,          FX_WAKE | FX_TOUCH },
    { JOB_TRANSIENT_ERROR, EV_GIVE_UP,         JOB_ERROR,           FX_TELL_ERROR | FX_TOUCH },
    { JOB_TRANSIENT_ERROR, EV_EXPIRE,          JOB_CANCELLED,       FX_LEAVE | FX_TOUCH },
    { JOB_TRANSIENT_ERROR, EV_SOURCES_CHANGED, JOB_TRANSIENT_ERROR, 0 },

    { JOB_ERROR,           EV_RESUME,          JOB_QUEUED,          FX_WAKE | FX_TOUCH },
    { JOB_ERROR,           EV_SUSPEND,         JOB_ERROR,           FX_TOUCH },
    { JOB_ERROR,           EV_CANCEL,          JOB_CANCELLED,       FX_LEAVE | FX_TOUCH },
    { JOB_ERROR,           EV_COMPLETE,        JOB_ACKNOWLEDGED,    FX_LEAVE | FX_TOUCH },
    { JOB_ERROR,           EV_REJECT,          JOB_ERROR,           FX_TOUCH },
    { JOB_ERROR,           EV_REFETCH,         JOB_ERROR,           FX_TOUCH },
    { JOB_ERROR,           EV_EXPIRE,          JOB_CANCELLED,       FX_LEAVE | FX_TOUCH },
    { JOB_ERROR,           EV_SOURCES_CHANGED, JOB_ERROR,           0 },

    /* Resume of a transferred job: it has been given new files (job_resume() looks). */
    { JOB_TRANSFERRED,     EV_RESUME,          JOB_QUEUED,          FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRED,     EV_SUSPEND,         JOB_TRANSFERRED,     FX_TOUCH },
    { JOB_TRANSFERRED,     EV_CANCEL,          JOB_CANCELLED,       FX_LEAVE | FX_TOUCH },
    { JOB_TRANSFERRED,     EV_COMPLETE,        JOB_ACKNOWLEDGED,    FX_LEAVE | FX_TOUCH },
    { JOB_TRANSFERRED,     EV_REJECT,          JOB_ERROR,           FX_TELL_ERROR | FX_TOUCH },
    { JOB_TRANSFERRED,     EV_REFETCH,         JOB_QUEUED,          FX_WAKE | FX_TOUCH },
    { JOB_TRANSFERRED,     EV_EXPIRE,          JOB_CANCELLED,       FX_LEAVE | FX_TOUCH },
    { JOB_TRANSFERRED,     EV_SOURCES_CHANGED, JOB_TRANSFERRED,     0 },
};
/* clang-format on */

bool job_state_find(enum job_state from, enum job_event event, enum job_state *to,
                    unsigned int *effects)
{
    for (size_t i = 0; i < ARRAY_COUNT(transitions); i++)
    {
        if (transitions[i].from != from || transitions[i].event != event) continue;
        *to = transitions[i].to;
        *effects = transitions[i].effects;
        return true;
    }
    return false;
}

HRESULT job_apply(struct job *job, enum job_event event)
{
    enum job_state from = job->state, to;
    unsigned int effects;

    lock_assert_held(&job->queue->lock);
    if (!job_state_find(from, event, &to, &effects)) return BG_E_INVALID_STATE;

    job->state = to;
    if (from != to) job_on_state_changed(job, from, event);
    job_record_effects(job, effects);
    return S_OK;
}
