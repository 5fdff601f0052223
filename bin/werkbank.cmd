@echo off
rem Werkbank from a checkout. Sets itself up on first use; works from any folder.
setlocal
set "root=%~dp0.."
set "node=%root%\node_modules\.bin\node.cmd"
if not exist "%node%" (
  where node >nul 2>nul || (
    echo werkbank: Node.js 20 or newer is needed for the first start: https://nodejs.org 1>&2
    exit /b 1
  )
  node "%root%\scripts\setup.mjs" --quiet 1>&2 || exit /b 1
)
call "%node%" "%root%\src\cli\main.ts" %*
exit /b %errorlevel%
