/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looks texts up, and makes one where there is none. */
#include "com/error_text.h"

#include "base/err.h"
#include "bitsmsg.h"
#include "com/error_table.h"

#define PRIMARY_LANGUAGE 0x3ff
#define NEUTRAL          0x00
#define GERMAN           0x07
#define ENGLISH          0x09
#define INVARIANT        0x7f

#define HIGH_WORD(code) ((uint32_t)(code) >> 16)
#define WIN32_ERRORS    0x8007
#define BITS_ERRORS     0x8020
#define WINSOCK_FIRST   10000
#define HTTP_FIRST      12000
#define HTTP_LAST       12999

/* What the buffer still takes; always terminated. */
struct text_writer
{
    WCHAR *at;
    size_t left;
};

bool error_text_has_language(uint32_t language)
{
    switch (language & PRIMARY_LANGUAGE)
    {
    case NEUTRAL:
    case ENGLISH:
    case INVARIANT:
        return true;
    default:
        return false;
    }
}

static const WCHAR *find_row(const struct error_table *table, HRESULT code)
{
    size_t begin = 0, end = table->count;

    while (begin < end)
    {
        size_t middle = begin + (end - begin) / 2;

        if (table->rows[middle].code == code) return table->rows[middle].text;
        if ((uint32_t)table->rows[middle].code < (uint32_t)code)
            begin = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

static bool is_german(uint32_t language)
{
    return (language & PRIMARY_LANGUAGE) == GERMAN;
}

static HRESULT find_german(HRESULT code, const WCHAR **text)
{
    *text = find_row(&error_table_http_german, code);
    return *text ? S_OK : ERR_RESOURCE_LANG_NOT_FOUND;
}

static const WCHAR *find_known(HRESULT code)
{
    static const struct error_table *const tables[] = {&error_table_bits, &error_table_http,
                                                       &error_table_system};
    const WCHAR *text = NULL;

    for (size_t i = 0; i < ARRAY_COUNT(tables) && !text; i++)
        text = find_row(tables[i], code);
    return text;
}

/* For statuses that have no row: RFC 9110 asks to treat them as the first one of their class. */
static const WCHAR *find_status_class(HRESULT code)
{
    switch (err_http_status(code) / 100)
    {
    case 1:
        return u"The server sent an interim answer but no final one.";
    case 2:
        return u"The server reported a success of a kind that BITS does not know.";
    case 3:
        return u"The server points elsewhere in a way that BITS does not know.";
    case 4:
        return u"The server reported that something is wrong with the request.";
    case 5:
        return u"The server reported an error of its own.";
    default:
        return NULL;
    }
}

HRESULT error_text_find(HRESULT code, uint32_t language, const WCHAR **text)
{
    *text = NULL;
    if (is_german(language)) return find_german(code, text);
    if (!error_text_has_language(language)) return ERR_RESOURCE_LANG_NOT_FOUND;
    if (!(*text = find_known(code))) *text = find_status_class(code);
    return *text ? S_OK : ERR_MR_MID_NOT_FOUND;
}

static void write_char(struct text_writer *writer, WCHAR c)
{
    if (writer->left < 2) return;
    *writer->at++ = c;
    *writer->at = 0;
    writer->left--;
}

static void write_text(struct text_writer *writer, const WCHAR *text)
{
    while (*text)
        write_char(writer, *text++);
}

static void write_decimal(struct text_writer *writer, uint32_t number)
{
    if (number >= 10) write_decimal(writer, number / 10);
    write_char(writer, (WCHAR)(u'0' + number % 10));
}

static void write_hex(struct text_writer *writer, uint32_t number)
{
    write_text(writer, u"0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        write_char(writer, u"0123456789ABCDEF"[number >> shift & 0xf]);
}

static const WCHAR *describe_win32(uint32_t number)
{
    if (number >= WINSOCK_FIRST && number < HTTP_FIRST)
        return u"The network reported the Windows Sockets error ";
    if (number >= HTTP_FIRST && number <= HTTP_LAST) return u"The HTTP client reported the error ";
    return u"The system reported the error ";
}

static void write_generic(struct text_writer *writer, HRESULT code)
{
    uint32_t number = (uint32_t)code & 0xffff;

    if (HIGH_WORD(code) == WIN32_ERRORS)
    {
        write_text(writer, describe_win32(number));
        write_decimal(writer, number);
        write_text(writer, u" (");
        write_hex(writer, (uint32_t)code);
        write_text(writer, u").");
        return;
    }
    if (SUCCEEDED(code))
        write_text(writer, u"The operation succeeded with the code ");
    else if (HIGH_WORD(code) == BITS_ERRORS)
        write_text(writer, u"BITS reported an error that this version has no text for: ");
    else
        write_text(writer, u"The operation failed with the code ");
    write_hex(writer, (uint32_t)code);
    write_char(writer, u'.');
}

#ifdef _WIN32
/* In one line. Languages other than those asked for are no better than our generic sentence. */
static bool format_system(HRESULT code, uint32_t language, WCHAR *buffer)
{
    const DWORD flags =
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
    DWORD langid = (language & PRIMARY_LANGUAGE) == ENGLISH ? language & 0xffff : 0;
    DWORD len;

    len = FormatMessageW(flags, NULL, (DWORD)code, langid, buffer, ERROR_TEXT_SIZE, NULL);
    if (!len && HIGH_WORD(code) == WIN32_ERRORS)
        len = FormatMessageW(flags, NULL, (DWORD)code & 0xffff, langid, buffer, ERROR_TEXT_SIZE,
                             NULL);
    while (len && buffer[len - 1] <= u' ')
        len--;
    buffer[len] = 0;
    for (DWORD i = 0; i < len; i++)
        if (buffer[i] < u' ') buffer[i] = u' ';
    return len;
}
#endif

HRESULT error_text_format(HRESULT code, uint32_t language, WCHAR buffer[ERROR_TEXT_SIZE])
{
    struct text_writer writer = {buffer, ERROR_TEXT_SIZE};
    const WCHAR *text;
    HRESULT hr;

    buffer[0] = 0;
    if (is_german(language))
    {
        if (SUCCEEDED(hr = find_german(code, &text))) write_text(&writer, text);
        return hr;
    }
    if (!error_text_has_language(language)) return ERR_RESOURCE_LANG_NOT_FOUND;

    if ((text = find_known(code)))
    {
        write_text(&writer, text);
        return S_OK;
    }
    if ((text = find_status_class(code)))
    {
        write_text(&writer, u"HTTP status ");
        write_decimal(&writer, err_http_status(code));
        write_text(&writer, u": ");
        write_text(&writer, text);
        return S_OK;
    }
#ifdef _WIN32
    if (format_system(code, language, buffer)) return S_OK;
#endif
    write_generic(&writer, code);
    return S_OK;
}

const WCHAR *error_context_text(enum error_context context)
{
    static const HRESULT codes[] = {
        [ERROR_CONTEXT_NONE] = BG_S_ERROR_CONTEXT_NONE,
        [ERROR_CONTEXT_UNKNOWN] = BG_E_ERROR_CONTEXT_UNKNOWN,
        [ERROR_CONTEXT_GENERAL_QUEUE_MANAGER] = BG_E_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER,
        [ERROR_CONTEXT_NOTIFICATION] = BG_E_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION,
        [ERROR_CONTEXT_LOCAL_FILE] = BG_E_ERROR_CONTEXT_LOCAL_FILE,
        [ERROR_CONTEXT_REMOTE_FILE] = BG_E_ERROR_CONTEXT_REMOTE_FILE,
        [ERROR_CONTEXT_GENERAL_TRANSPORT] = BG_E_ERROR_CONTEXT_GENERAL_TRANSPORT,
        [ERROR_CONTEXT_REMOTE_APPLICATION] = BG_E_ERROR_CONTEXT_REMOTE_APPLICATION,
        [ERROR_CONTEXT_CERTIFICATE_CALLBACK] = BG_E_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK,
    };
    size_t index = (size_t)context;

    return find_row(&error_table_bits,
                    codes[index < ARRAY_COUNT(codes) ? index : ERROR_CONTEXT_UNKNOWN]);
}
