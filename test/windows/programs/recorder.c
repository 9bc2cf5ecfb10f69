// Stands in for a program that Quayside starts on Windows, under that program's file name. It writes what Windows handed
// to it into the folder that RECORDINGS names: the command line, the number of arguments, the arguments as Windows itself
// parses them, and the environment. Each entry is UTF-8 and ends with a zero. Its exit status is RECORDER_STATUS.
#include <windows.h>
#include <shellapi.h>
#include <stdio.h>

static void put(FILE *file, const wchar_t *text) {
  int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
  char *bytes = malloc(size);
  WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, size, NULL, NULL);
  fwrite(bytes, 1, size, file);
  free(bytes);
}

int wmain(void) {
  wchar_t folder[1024], own[1024], part[1200], whole[1200], status[16] = L"0", number[16];
  if (GetEnvironmentVariableW(L"RECORDINGS", folder, 1024) == 0) return 3;
  GetEnvironmentVariableW(L"RECORDER_STATUS", status, 16);
  GetModuleFileNameW(NULL, own, 1024);
  const wchar_t *name = wcsrchr(own, L'\\') + 1;
  _snwprintf(part, 1200, L"%ls\\%ls.%lu.part", folder, name, GetCurrentProcessId());
  _snwprintf(whole, 1200, L"%ls\\%ls.%lu.txt", folder, name, GetCurrentProcessId());
  FILE *file = _wfopen(part, L"wb");
  if (file == NULL) return 4;
  const wchar_t *line = GetCommandLineW();
  put(file, line);
  int count = 0;
  wchar_t **words = CommandLineToArgvW(line, &count);
  _snwprintf(number, 16, L"%d", count);
  put(file, number);
  for (int at = 0; at < count; at += 1) put(file, words[at]);
  for (wchar_t *entry = GetEnvironmentStringsW(); *entry != 0; entry += wcslen(entry) + 1) put(file, entry);
  fclose(file);
  return MoveFileW(part, whole) ? _wtoi(status) : 5;
}
