/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Places of the methods in the tables of functions, as published.
 * Included by abi_list.h. What MinGW-w64's headers lack is left out under ABI_MINGW. */

/* clang-format off */
#ifndef ABI_UNKNOWN
#define ABI_UNKNOWN(I) \
    ABI_SLOT(I, QueryInterface, 0) ABI_SLOT(I, AddRef, 1) ABI_SLOT(I, Release, 2)
#define ABI_JOB(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, AddFileSet, 3) ABI_SLOT(I, AddFile, 4) ABI_SLOT(I, EnumFiles, 5) \
    ABI_SLOT(I, Suspend, 6) ABI_SLOT(I, Resume, 7) ABI_SLOT(I, Cancel, 8) \
    ABI_SLOT(I, Complete, 9) ABI_SLOT(I, GetId, 10) ABI_SLOT(I, GetType, 11) \
    ABI_SLOT(I, GetProgress, 12) ABI_SLOT(I, GetTimes, 13) ABI_SLOT(I, GetState, 14) \
    ABI_SLOT(I, GetError, 15) ABI_SLOT(I, GetOwner, 16) ABI_SLOT(I, SetDisplayName, 17) \
    ABI_SLOT(I, GetDisplayName, 18) ABI_SLOT(I, SetDescription, 19) \
    ABI_SLOT(I, GetDescription, 20) ABI_SLOT(I, SetPriority, 21) ABI_SLOT(I, GetPriority, 22) \
    ABI_SLOT(I, SetNotifyFlags, 23) ABI_SLOT(I, GetNotifyFlags, 24) \
    ABI_SLOT(I, SetNotifyInterface, 25) ABI_SLOT(I, GetNotifyInterface, 26) \
    ABI_SLOT(I, SetMinimumRetryDelay, 27) ABI_SLOT(I, GetMinimumRetryDelay, 28) \
    ABI_SLOT(I, SetNoProgressTimeout, 29) ABI_SLOT(I, GetNoProgressTimeout, 30) \
    ABI_SLOT(I, GetErrorCount, 31) ABI_SLOT(I, SetProxySettings, 32) \
    ABI_SLOT(I, GetProxySettings, 33) ABI_SLOT(I, TakeOwnership, 34)
#define ABI_JOB2(I) \
    ABI_JOB(I) ABI_SLOT(I, SetNotifyCmdLine, 35) ABI_SLOT(I, GetNotifyCmdLine, 36) \
    ABI_SLOT(I, GetReplyProgress, 37) ABI_SLOT(I, GetReplyData, 38) \
    ABI_SLOT(I, SetReplyFileName, 39) ABI_SLOT(I, GetReplyFileName, 40) \
    ABI_SLOT(I, SetCredentials, 41) ABI_SLOT(I, RemoveCredentials, 42)
#define ABI_JOB3(I) \
    ABI_JOB2(I) ABI_SLOT(I, ReplaceRemotePrefix, 43) ABI_SLOT(I, AddFileWithRanges, 44) \
    ABI_SLOT(I, SetFileACLFlags, 45) ABI_SLOT(I, GetFileACLFlags, 46)
#define ABI_JOB4(I) \
    ABI_JOB3(I) ABI_SLOT(I, SetPeerCachingFlags, 47) ABI_SLOT(I, GetPeerCachingFlags, 48) \
    ABI_SLOT(I, GetOwnerIntegrityLevel, 49) ABI_SLOT(I, GetOwnerElevationState, 50) \
    ABI_SLOT(I, SetMaximumDownloadTime, 51) ABI_SLOT(I, GetMaximumDownloadTime, 52)
#define ABI_JOB5(I) \
    ABI_JOB4(I) ABI_SLOT(I, SetProperty, 53) ABI_SLOT(I, GetProperty, 54)
#define ABI_FILE(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, GetRemoteName, 3) ABI_SLOT(I, GetLocalName, 4) \
    ABI_SLOT(I, GetProgress, 5)
#define ABI_FILE2(I) \
    ABI_FILE(I) ABI_SLOT(I, GetFileRanges, 6) ABI_SLOT(I, SetRemoteName, 7)
#define ABI_FILE3(I) \
    ABI_FILE2(I) ABI_SLOT(I, GetTemporaryName, 8) ABI_SLOT(I, SetValidationState, 9) \
    ABI_SLOT(I, GetValidationState, 10) ABI_SLOT(I, IsDownloadedFromPeer, 11)
#define ABI_FILE4(I) \
    ABI_FILE3(I) ABI_SLOT(I, GetPeerDownloadStats, 12)
#define ABI_FILE5(I) \
    ABI_FILE4(I) ABI_SLOT(I, SetProperty, 13) ABI_SLOT(I, GetProperty, 14)
#define ABI_FILE6(I) \
    ABI_FILE5(I) ABI_SLOT(I, UpdateDownloadPosition, 15) ABI_SLOT(I, RequestFileRanges, 16) \
    ABI_SLOT(I, GetFilledFileRanges, 17)
#define ABI_HTTP(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, SetClientCertificateByID, 3) \
    ABI_SLOT(I, SetClientCertificateByName, 4) ABI_SLOT(I, RemoveClientCertificate, 5) \
    ABI_SLOT(I, GetClientCertificate, 6) ABI_SLOT(I, SetCustomHeaders, 7) \
    ABI_SLOT(I, GetCustomHeaders, 8) ABI_SLOT(I, SetSecurityFlags, 9) \
    ABI_SLOT(I, GetSecurityFlags, 10)
#define ABI_HTTP2(I) \
    ABI_HTTP(I) ABI_SLOT(I, SetHttpMethod, 11) ABI_SLOT(I, GetHttpMethod, 12)
#define ABI_HTTP3(I) \
    ABI_HTTP2(I) ABI_SLOT(I, SetServerCertificateValidationInterface, 13) \
    ABI_SLOT(I, MakeCustomHeadersWriteOnly, 14)
#define ABI_CALLBACK(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, JobTransferred, 3) ABI_SLOT(I, JobError, 4) \
    ABI_SLOT(I, JobModification, 5)
#define ABI_CALLBACK2(I) \
    ABI_CALLBACK(I) ABI_SLOT(I, FileTransferred, 6)
#define ABI_CALLBACK3(I) \
    ABI_CALLBACK2(I) ABI_SLOT(I, FileRangesTransferred, 7)
#define ABI_ENUM(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, Next, 3) ABI_SLOT(I, Skip, 4) ABI_SLOT(I, Reset, 5) \
    ABI_SLOT(I, Clone, 6) ABI_SLOT(I, GetCount, 7)
#define ABI_MANAGER(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, CreateJob, 3) ABI_SLOT(I, GetJob, 4) ABI_SLOT(I, EnumJobs, 5) \
    ABI_SLOT(I, GetErrorDescription, 6)
#define ABI_ERROR(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, GetError, 3) ABI_SLOT(I, GetFile, 4) \
    ABI_SLOT(I, GetErrorDescription, 5) ABI_SLOT(I, GetErrorContextDescription, 6) \
    ABI_SLOT(I, GetProtocol, 7)
#define ABI_TOKEN(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, SetHelperTokenFlags, 3) ABI_SLOT(I, GetHelperTokenFlags, 4) \
    ABI_SLOT(I, SetHelperToken, 5) ABI_SLOT(I, ClearHelperToken, 6) \
    ABI_SLOT(I, GetHelperTokenSid, 7)
#define ABI_CACHE(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, GetMaximumCacheSize, 3) ABI_SLOT(I, SetMaximumCacheSize, 4) \
    ABI_SLOT(I, GetMaximumContentAge, 5) ABI_SLOT(I, SetMaximumContentAge, 6) \
    ABI_SLOT(I, GetConfigurationFlags, 7) ABI_SLOT(I, SetConfigurationFlags, 8) \
    ABI_SLOT(I, EnumRecords, 9) ABI_SLOT(I, GetRecord, 10) ABI_SLOT(I, ClearRecords, 11) \
    ABI_SLOT(I, DeleteRecord, 12) ABI_SLOT(I, DeleteUrl, 13) ABI_SLOT(I, EnumPeers, 14) \
    ABI_SLOT(I, ClearPeers, 15) ABI_SLOT(I, DiscoverPeers, 16)
#define ABI_RECORD(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, GetId, 3) ABI_SLOT(I, GetOriginUrl, 4) \
    ABI_SLOT(I, GetFileSize, 5) ABI_SLOT(I, GetFileModificationTime, 6) \
    ABI_SLOT(I, GetLastAccessTime, 7) ABI_SLOT(I, IsFileValidated, 8) \
    ABI_SLOT(I, GetFileRanges, 9)
#define ABI_PEER(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, GetPeerName, 3) ABI_SLOT(I, IsAuthenticated, 4) \
    ABI_SLOT(I, IsAvailable, 5)
#define ABI_CERT(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, ValidateServerCertificate, 3)
/* By the rule of MIDL for async_uuid. */
#define ABI_ASYNC(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, Begin_JobTransferred, 3) ABI_SLOT(I, Finish_JobTransferred, 4) \
    ABI_SLOT(I, Begin_JobError, 5) ABI_SLOT(I, Finish_JobError, 6) \
    ABI_SLOT(I, Begin_JobModification, 7) ABI_SLOT(I, Finish_JobModification, 8)
#define ABI_DISPATCH(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, GetTypeInfoCount, 3) ABI_SLOT(I, GetTypeInfo, 4) \
    ABI_SLOT(I, GetIDsOfNames, 5) ABI_SLOT(I, Invoke, 6)
#define ABI_SETUP(I) \
    ABI_DISPATCH(I) ABI_SLOT(I, EnableBITSUploads, 7) ABI_SLOT(I, DisableBITSUploads, 8) \
    ABI_SLOT(I, GetCleanupTaskName, 9) ABI_SLOT(I, GetCleanupTask, 10)
#define ABI_SETUP_FACTORY(I) \
    ABI_DISPATCH(I) ABI_SLOT(I, GetObject, 7)
#define ABI_QMGR(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, CreateGroup, 3) ABI_SLOT(I, GetGroup, 4) \
    ABI_SLOT(I, EnumGroups, 5)
#define ABI_GROUP(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, GetProp, 3) ABI_SLOT(I, SetProp, 4) ABI_SLOT(I, GetProgress, 5) \
    ABI_SLOT(I, GetStatus, 6) ABI_SLOT(I, GetJob, 7) ABI_SLOT(I, SuspendGroup, 8) \
    ABI_SLOT(I, ResumeGroup, 9) ABI_SLOT(I, CancelGroup, 10) ABI_SLOT(I, get_Size, 11) \
    ABI_SLOT(I, get_GroupID, 12) ABI_SLOT(I, CreateJob, 13) ABI_SLOT(I, EnumJobs, 14) \
    ABI_SLOT(I, SwitchToForeground, 15) ABI_SLOT(I, QueryNewJobInterface, 16) \
    ABI_SLOT(I, SetNotificationPointer, 17)
#define ABI_JOB1(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, CancelJob, 3) ABI_SLOT(I, GetProgress, 4) \
    ABI_SLOT(I, GetStatus, 5) ABI_SLOT(I, AddFiles, 6) ABI_SLOT(I, GetFile, 7) \
    ABI_SLOT(I, GetFileCount, 8) ABI_SLOT(I, SwitchToForeground, 9) ABI_SLOT(I, get_JobID, 10)
#define ABI_CALLBACK1(I) \
    ABI_UNKNOWN(I) ABI_SLOT(I, OnStatus, 3) ABI_SLOT(I, OnProgress, 4) \
    ABI_SLOT(I, OnProgressEx, 5)
#endif

ABI_TABLE(IBackgroundCopyManager, ABI_MANAGER, 7)
ABI_TABLE(IBackgroundCopyJob, ABI_JOB, 35)
ABI_TABLE(IBackgroundCopyJob2, ABI_JOB2, 43)
ABI_TABLE(IBackgroundCopyJob3, ABI_JOB3, 47)
ABI_TABLE(IBackgroundCopyJob4, ABI_JOB4, 53)
ABI_TABLE(IBackgroundCopyJob5, ABI_JOB5, 55)
ABI_TABLE(IEnumBackgroundCopyJobs, ABI_ENUM, 8)
ABI_TABLE(IBackgroundCopyFile, ABI_FILE, 6)
ABI_TABLE(IBackgroundCopyFile2, ABI_FILE2, 8)
ABI_TABLE(IEnumBackgroundCopyFiles, ABI_ENUM, 8)
ABI_TABLE(IBackgroundCopyError, ABI_ERROR, 8)
ABI_TABLE(IBackgroundCopyCallback, ABI_CALLBACK, 6)
ABI_TABLE(IBackgroundCopyCallback2, ABI_CALLBACK2, 7)
ABI_TABLE(IBackgroundCopyJobHttpOptions, ABI_HTTP, 11)
ABI_TABLE(IBITSExtensionSetup, ABI_SETUP, 11)
ABI_TABLE(IBITSExtensionSetupFactory, ABI_SETUP_FACTORY, 8)
ABI_TABLE(IBackgroundCopyQMgr, ABI_QMGR, 6)
ABI_TABLE(IBackgroundCopyGroup, ABI_GROUP, 18)
ABI_TABLE(IBackgroundCopyJob1, ABI_JOB1, 11)
ABI_TABLE(IEnumBackgroundCopyJobs1, ABI_ENUM, 8)
ABI_TABLE(IEnumBackgroundCopyGroups, ABI_ENUM, 8)
ABI_TABLE(IBackgroundCopyCallback1, ABI_CALLBACK1, 6)

#ifndef ABI_MINGW
ABI_TABLE(AsyncIBackgroundCopyCallback, ABI_ASYNC, 9)
ABI_TABLE(IBackgroundCopyFile3, ABI_FILE3, 12)
ABI_TABLE(IBackgroundCopyFile4, ABI_FILE4, 13)
ABI_TABLE(IBackgroundCopyFile5, ABI_FILE5, 15)
ABI_TABLE(IBackgroundCopyFile6, ABI_FILE6, 18)
ABI_TABLE(IBackgroundCopyCallback3, ABI_CALLBACK3, 8)
ABI_TABLE(IBackgroundCopyJobHttpOptions2, ABI_HTTP2, 13)
ABI_TABLE(IBackgroundCopyJobHttpOptions3, ABI_HTTP3, 15)
ABI_TABLE(IBackgroundCopyServerCertificateValidationCallback, ABI_CERT, 4)
ABI_TABLE(IBitsPeerCacheAdministration, ABI_CACHE, 17)
ABI_TABLE(IBitsPeerCacheRecord, ABI_RECORD, 10)
ABI_TABLE(IEnumBitsPeerCacheRecords, ABI_ENUM, 8)
ABI_TABLE(IBitsPeer, ABI_PEER, 6)
ABI_TABLE(IEnumBitsPeers, ABI_ENUM, 8)
ABI_TABLE(IBitsTokenOptions, ABI_TOKEN, 8)
#endif
