/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts of the HTTP statuses that end a transfer, for those that RFC 9110 and its kin define. */
#include "com/error_table.h"

/* The text is: what happened (HTTP status n). Advice. */
/* clang-format off */
#define ROW(status, what, ...) \
    { (HRESULT)(0x80190000u + (status)), u"" what " (HTTP status " #status ")." __VA_ARGS__ }

static const struct error_row rows[] = {
    ROW(100, "The server asked for the rest of a request that was complete"),
    ROW(101, "The server wanted to switch to another protocol"),
    ROW(102, "The server is still at work and gave no final answer"),
    ROW(103, "The server sent hints but no final answer"),

    ROW(200, "The server's answer reported success but cannot be used"),
    ROW(201, "The server created something instead of sending a file"),
    ROW(202, "The server took the request but has not acted on it yet"),
    ROW(203, "A proxy has altered the answer of the server"),
    ROW(204, "The server has nothing to send for this URL"),
    ROW(205, "The server asked to reset a form instead of sending a file"),
    ROW(206, "The server sent a part of the file that cannot be used"),
    ROW(207, "The server sent the status of many items instead of a file"),
    ROW(208, "The server says that it has reported this before"),
    ROW(226, "The server sent changes instead of the file"),

    ROW(300, "The server offers several files for this URL", " Use the URL of one of them."),
    ROW(301, "The file has moved for good", " Use its new URL, or let the job follow redirects."),
    ROW(302, "The file is elsewhere for the time being", " Let the job follow redirects."),
    ROW(303, "The server points to another page for its answer"),
    ROW(304, "The server says that the file has not changed"),
    ROW(305, "The server wants the file to be fetched through another proxy"),
    ROW(307, "The server redirects the request for the time being",
        " Let the job follow redirects."),
    ROW(308, "The server redirects the request for good",
        " Use the new URL, or let the job follow redirects."),

    ROW(400, "The server did not understand the request"),
    ROW(401, "The server wants a user name and a password, or did not accept the ones it was given",
        " Set the job's credentials, then resume it."),
    ROW(402, "The server wants to be paid for this file"),
    ROW(403, "The server refuses access to this file"),
    ROW(404, "The server has no file at this URL", " Check the URL."),
    ROW(405, "The server does not allow this kind of request for the URL"),
    ROW(406, "The server has no form of the file that the request would accept"),
    ROW(407, "The proxy wants a user name and a password, or did not accept the ones it was given",
        " Set the job's proxy credentials, then resume it."),
    ROW(408, "The server stopped waiting for the request"),
    ROW(409, "The request is in conflict with the state of the file on the server"),
    ROW(410, "The server had this file once, but it is gone for good"),
    ROW(411, "The server insists on the length of the data"),
    ROW(412, "A condition of the request did not hold; the file may have changed"),
    ROW(413, "The data are larger than the server takes"),
    ROW(414, "The URL is longer than the server takes"),
    ROW(415, "The server does not take data of this type"),
    ROW(416, "The part that was requested lies outside of the file"),
    ROW(417, "The server cannot do what the request expects of it"),
    ROW(418, "The server made a joke of the request"),
    ROW(421, "The request reached a server that does not answer for this host"),
    ROW(422, "The server understood the request but could not make sense of its data"),
    ROW(423, "The file is locked on the server"),
    ROW(424, "The request failed because an earlier one did"),
    ROW(425, "The server does not take the request this early in the connection"),
    ROW(426, "The server insists on another version of the protocol"),
    ROW(428, "The server takes only requests that carry a condition"),
    ROW(429, "The server has had too many requests in a short time", " Resume the job later."),
    ROW(431, "The headers of the request are larger than the server takes"),
    ROW(449, "The server wants the request again with more information"),
    ROW(451, "The server may not give out this file for legal reasons"),

    ROW(500, "The server had an error of its own"),
    ROW(501, "The server does not know this kind of request"),
    ROW(502, "A gateway had a bad answer from the server behind it"),
    ROW(503, "The server is overloaded or under repair"),
    ROW(504, "A gateway had no answer in time from the server behind it"),
    ROW(505, "The server does not take this version of HTTP"),
    ROW(506, "The server is set up in a way that contradicts itself"),
    ROW(507, "The server has no room left"),
    ROW(508, "The server went round in a circle over this request"),
    ROW(510, "The server wants an extension that the request does not have"),
    ROW(511, "The network wants you to sign in before it lets anything through",
        " Open a web page in a browser to do so."),
};
/* clang-format on */

const struct error_table error_table_http = {rows, ARRAY_COUNT(rows)};
