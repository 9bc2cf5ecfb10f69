@echo off
"%~dp0..\Quayside.exe" --cli -- %*
