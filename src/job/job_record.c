/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ends of records. */
#include "job/job_record.h"

#include <stdlib.h>

void job_texts_free(struct job_texts *texts)
{
    if (!texts) return;
    free(texts->display_name);
    free(texts->description);
    free(texts->proxy_list);
    free(texts->proxy_bypass);
    free(texts->notify_program);
    free(texts->notify_parameters);
    http_settings_release(texts->http);
    free(texts->reply_name);
    free(texts->upload);
    free(texts);
}

void file_names_free(struct file_names *names)
{
    if (!names) return;
    free(names->headers);
    free(names->remote);
    free(names->local);
    free(names->temp);
    free(names->content);
    file_ranges_release(names->ranges);
    free(names);
}

void file_status_done(struct file_status *status)
{
    range_set_done(&status->have);
    file_wishes_done(&status->wishes);
}

void store_changes_free(struct store_change *first)
{
    while (first)
    {
        struct store_change *change = first;

        first = change->next;
        if (change->kind == STORE_JOB) job_texts_free(change->job_data.texts);
        if (change->kind == STORE_FILE)
        {
            file_status_done(&change->file_data.status);
            file_names_free(change->file_data.names);
        }
        free(change);
    }
}
