/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob3 and Job5 on a download with one file. No include guard: read twice. */
/* clang-format off */

#define J o->job
#define L o->local
#define OK_URL L"http://127.0.0.1/x"
#define NOTHING L"http://127.0.0.1:1/nothing-here/"
#define RANGES(count, ...) add_ranges(J, L, count, __VA_ARGS__)

/* ---- IBackgroundCopyJob3 ---- */
CELL(ReplaceRemotePrefix, "NULL old", NULL_WRITE, E_INVALIDARG, IBackgroundCopyJob5_ReplaceRemotePrefix(J, NULL, OK_URL))
CELL(ReplaceRemotePrefix, "NULL new", NULL_WRITE, E_INVALIDARG, IBackgroundCopyJob5_ReplaceRemotePrefix(J, NOTHING, NULL))
CELL(ReplaceRemotePrefix, "NULL and NULL", NULL_WRITE, E_INVALIDARG, IBackgroundCopyJob5_ReplaceRemotePrefix(J, NULL, NULL))
CELL(ReplaceRemotePrefix, "empty old", BAD, E_INVALIDARG, IBackgroundCopyJob5_ReplaceRemotePrefix(J, L"", OK_URL))
CELL(ReplaceRemotePrefix, "empty new", BAD, E_INVALIDARG, IBackgroundCopyJob5_ReplaceRemotePrefix(J, L"http://127.0.0.1", L""))
CELL(ReplaceRemotePrefix, "no match", CHANGE, S_FALSE, IBackgroundCopyJob5_ReplaceRemotePrefix(J, NOTHING, L"http://127.0.0.1:2/"))
CELL(AddFileWithRanges, "NULL URL", NULL_WRITE, E_INVALIDARG, IBackgroundCopyJob5_AddFileWithRanges(J, NULL, L, 1, two_ranges(0, 1, 0, 0)))
CELL(AddFileWithRanges, "NULL name", NULL_WRITE, E_INVALIDARG, IBackgroundCopyJob5_AddFileWithRanges(J, OK_URL, NULL, 1, two_ranges(0, 1, 0, 0)))
CELL(AddFileWithRanges, "NULL ranges", NULL_WRITE, E_INVALIDARG, IBackgroundCopyJob5_AddFileWithRanges(J, OK_URL, L, 1, NULL))
CELL(AddFileWithRanges, "all NULL", NULL_WRITE, E_INVALIDARG, IBackgroundCopyJob5_AddFileWithRanges(J, NULL, NULL, 0, NULL))
CELL(AddFileWithRanges, "0 ranges", BAD, E_INVALIDARG, RANGES(0, 0, 1, 0, 0))
CELL(AddFileWithRanges, "bad scheme", BAD, E_INVALIDARG, IBackgroundCopyJob5_AddFileWithRanges(J, L"ftp://127.0.0.1/x", L, 1, two_ranges(0, 1, 0, 0)))
CELL(AddFileWithRanges, "relative name", BAD, E_INVALIDARG, IBackgroundCopyJob5_AddFileWithRanges(J, OK_URL, L"file", 1, two_ranges(0, 1, 0, 0)))
CELL(AddFileWithRanges, "length 0", BAD, BG_E_INVALID_RANGE, RANGES(1, 0, 0, 0, 0))
CELL(AddFileWithRanges, "second length 0", BAD, BG_E_INVALID_RANGE, RANGES(2, 0, 1, 5, 0))
CELL(AddFileWithRanges, "over the end of numbers", BAD, BG_E_INVALID_RANGE, RANGES(1, 0xfffffffffffffff0, 0x20, 0, 0))
CELL(AddFileWithRanges, "one in another", BAD, BG_E_OVERLAPPING_RANGES, RANGES(2, 0, 10, 5, 1))
CELL(AddFileWithRanges, "twice", BAD, BG_E_OVERLAPPING_RANGES, RANGES(2, 0, 10, 0, 10))
CELL(AddFileWithRanges, "one byte", BAD, BG_E_OVERLAPPING_RANGES, RANGES(2, 0, 10, 9, 10))
FRESH(AddFileWithRanges, "two", CHANGE, S_OK, RANGES(2, 0, 10, 10, 10))
FRESH(AddFileWithRanges, "to the end", CHANGE, S_OK, RANGES(1, 10, BG_LENGTH_TO_EOF, 0, 0))
NEEDS_TABLE(NULL, SetFileACLFlags, "0", acl_codes, IBackgroundCopyJob5_SetFileACLFlags(J, 0))
NEEDS_TABLE(NULL, SetFileACLFlags, "1", acl_codes, IBackgroundCopyJob5_SetFileACLFlags(J, 1))
NEEDS_TABLE(NULL, SetFileACLFlags, "2", acl_codes, IBackgroundCopyJob5_SetFileACLFlags(J, 2))
NEEDS_TABLE(NULL, SetFileACLFlags, "4", acl_codes, IBackgroundCopyJob5_SetFileACLFlags(J, 4))
NEEDS_TABLE(NULL, SetFileACLFlags, "8", acl_codes, IBackgroundCopyJob5_SetFileACLFlags(J, 8))
NEEDS_TABLE(NULL, SetFileACLFlags, "15", acl_codes, IBackgroundCopyJob5_SetFileACLFlags(J, 15))
CELL_OR(SetFileACLFlags, "16", BAD, E_INVALIDARG, BG_E_INVALID_STATE, IBackgroundCopyJob5_SetFileACLFlags(J, 16))
CELL_OR(SetFileACLFlags, "2^31", BAD, E_INVALIDARG, BG_E_INVALID_STATE, IBackgroundCopyJob5_SetFileACLFlags(J, 0x80000000))
CELL_OR(SetFileACLFlags, "all", BAD, E_INVALIDARG, BG_E_INVALID_STATE, IBackgroundCopyJob5_SetFileACLFlags(J, 0xffffffff))
CELL(GetFileACLFlags, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyJob5_GetFileACLFlags(J, NULL))
CELL(GetFileACLFlags, "", ANY_STATE, S_OK, IBackgroundCopyJob5_GetFileACLFlags(J, &out.number))

/* ---- IBackgroundCopyJob5 ---- */
CELL(SetProperty, "0", BAD, BG_E_UNKNOWN_PROPERTY_ID, set_dword(J, 0, 1))
CELL(SetProperty, "6", BAD, BG_E_UNKNOWN_PROPERTY_ID, set_dword(J, 6, 1))
CELL(SetProperty, "8", BAD, BG_E_UNKNOWN_PROPERTY_ID, set_dword(J, 8, 1))
CELL(SetProperty, "11", BAD, BG_E_UNKNOWN_PROPERTY_ID, set_dword(J, 11, 1))
CELL(SetProperty, "-1", BAD, BG_E_UNKNOWN_PROPERTY_ID, set_dword(J, -1, 1))
CELL(SetProperty, "2^31-1", BAD, BG_E_UNKNOWN_PROPERTY_ID, set_dword(J, 0x7fffffff, 1))
CELL(SetProperty, "cost flags", CHANGE, S_OK, set_dword(J, BITS_JOB_PROPERTY_ID_COST_FLAGS, BITS_JOB_TRANSFER_POLICY_ALWAYS))
CELL(SetProperty, "notification class", CHANGE, S_OK, set_dword(J, BITS_JOB_PROPERTY_NOTIFICATION_CLSID, 0))
CELL(SetProperty, "notification interval 0", CHANGE, S_OK, set_dword(J, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS, 0))
CELL(SetProperty, "notification interval", CHANGE, S_OK, set_dword(J, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS, 0xffffffff))
CELL(SetProperty, "notification interval 500", CHANGE, S_OK, set_dword(J, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS, 500))
CELL(SetProperty, "stored credentials of the server", BAD, BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED, set_dword(J, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, BG_AUTH_TARGET_SERVER))
CELL_TABLE(SetProperty, "high performance", high_performance_codes, set_dword(J, BITS_JOB_PROPERTY_HIGH_PERFORMANCE, FALSE))
CELL_TABLE(SetProperty, "dynamic content", after_resume_codes, set_dword(J, BITS_JOB_PROPERTY_DYNAMIC_CONTENT, FALSE))
CELL_TABLE(SetProperty, "maximum size", after_resume_codes, set_size(J, 1000000))
CELL_TABLE(SetProperty, "maximum size 2^64-1", after_resume_codes, set_size(J, UINT64_MAX))
CELL_OR(SetProperty, "maximum size 0", BAD, BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE, BG_E_READ_ONLY_PROPERTY_AFTER_RESUME, set_size(J, 0))
CELL(GetProperty, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyJob5_GetProperty(J, BITS_JOB_PROPERTY_ID_COST_FLAGS, NULL))
CELL(GetProperty, "0", ANY_STATE, BG_E_UNKNOWN_PROPERTY_ID, get_property(J, 0))
CELL(GetProperty, "6", ANY_STATE, BG_E_UNKNOWN_PROPERTY_ID, get_property(J, 6))
CELL(GetProperty, "8", ANY_STATE, BG_E_UNKNOWN_PROPERTY_ID, get_property(J, 8))
CELL(GetProperty, "11", ANY_STATE, BG_E_UNKNOWN_PROPERTY_ID, get_property(J, 11))
CELL(GetProperty, "-1", ANY_STATE, BG_E_UNKNOWN_PROPERTY_ID, get_property(J, -1))
CELL(GetProperty, "cost flags", ANY_STATE, S_OK, get_property(J, BITS_JOB_PROPERTY_ID_COST_FLAGS))
CELL(GetProperty, "notification class", ANY_STATE, S_OK, get_property(J, BITS_JOB_PROPERTY_NOTIFICATION_CLSID))
CELL(GetProperty, "dynamic content", ANY_STATE, S_OK, get_property(J, BITS_JOB_PROPERTY_DYNAMIC_CONTENT))
CELL(GetProperty, "high performance", ANY_STATE, S_OK, get_property(J, BITS_JOB_PROPERTY_HIGH_PERFORMANCE))
CELL(GetProperty, "maximum size", ANY_STATE, S_OK, get_property(J, BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE))
CELL(GetProperty, "stored credentials", ANY_STATE, S_OK, get_property(J, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS))
CELL(GetProperty, "notification interval", ANY_STATE, S_OK, get_property(J, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS))
CELL(GetProperty, "on demand", ANY_STATE, S_OK, get_property(J, BITS_JOB_PROPERTY_ON_DEMAND_MODE))

#undef J
#undef L
#undef OK_URL
#undef NOTHING
#undef RANGES
