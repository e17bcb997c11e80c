@echo off
rem SPDX-License-Identifier: LGPL-2.1-or-later
rem
rem install.cmd [/service] [FOLDER]    puts OpenBITS on this machine
rem install.cmd /remove [FOLDER]       takes it away again
rem
rem The classes run in the processes of their clients, or with /service in the service BITS. Both
rem need the rights of an administrator. FOLDER is %ProgramFiles%\OpenBITS unless it is given.

setlocal
set source=%~dp0
set mode=
set what=install
:arguments
if /i "%~1"=="/service" set mode=/i:service& shift & goto arguments
if /i "%~1"=="/remove" set what=remove& shift & goto arguments
set folder=%~1
if "%folder%"=="" set folder=%ProgramFiles%\OpenBITS
goto %what%

:install
if not exist "%source%x64\qmgr.dll" echo The folder x64 is not beside this file. & exit /b 1
if not exist "%folder%" mkdir "%folder%"
if not exist "%folder%\x64" mkdir "%folder%\x64"
if not exist "%folder%\x86" mkdir "%folder%\x86"
copy /y "%source%x64\qmgr.dll" "%folder%\x64\qmgr.dll" >nul
if errorlevel 1 goto failed
copy /y "%source%x64\bitsadmin.exe" "%folder%\x64\bitsadmin.exe" >nul
if errorlevel 1 goto failed
if exist "%source%x86\qmgr.dll" copy /y "%source%x86\qmgr.dll" "%folder%\x86\qmgr.dll" >nul
if exist "%source%x86\bitsadmin.exe" copy /y "%source%x86\bitsadmin.exe" "%folder%\x86\bitsadmin.exe" >nul
"%SystemRoot%\system32\regsvr32.exe" /s %mode% "%folder%\x64\qmgr.dll"
if errorlevel 1 goto failed
rem The other end of the calls of 32-bit programs.
if not exist "%SystemRoot%\syswow64\regsvr32.exe" goto installed
if not exist "%folder%\x86\qmgr.dll" goto installed
"%SystemRoot%\syswow64\regsvr32.exe" /s %mode% "%folder%\x86\qmgr.dll"
if errorlevel 1 goto failed
:installed
>"%folder%\mode.txt" echo mode %mode%
echo OpenBITS is installed in %folder%.
exit /b 0

:failed
echo OpenBITS could not be installed in %folder%. Was this started as an administrator?
exit /b 1

:remove
if not exist "%folder%\x64\qmgr.dll" echo OpenBITS is not in %folder%. & exit /b 1
if exist "%folder%\mode.txt" for /f "tokens=1,2" %%a in ('type "%folder%\mode.txt"') do set mode=%%b
if not exist "%SystemRoot%\syswow64\regsvr32.exe" goto remove64
if not exist "%folder%\x86\qmgr.dll" goto remove64
"%SystemRoot%\syswow64\regsvr32.exe" /s /u %mode% "%folder%\x86\qmgr.dll"
:remove64
"%SystemRoot%\system32\regsvr32.exe" /s /u %mode% "%folder%\x64\qmgr.dll"
if errorlevel 1 echo The registration could not be taken away. & exit /b 1
rmdir /s /q "%folder%"
echo OpenBITS is gone from %folder%.
exit /b 0
