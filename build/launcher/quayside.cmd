@echo off
rem quayside: the command line of the installed application, run by the Node that lies beside it.
setlocal DisableDelayedExpansion
rem What a developer wants of their own Node is not meant for this one.
set "NODE_OPTIONS="
rem Of a command in quotes that was found on PATH, only a called part of a batch file knows the folder.
call :locate
"%command%\node.exe" "%command%\out\main\cli.js" %*
exit /b %ERRORLEVEL%

:locate
set "command=%~dp0..\resources\command"
exit /b 0
