// Holds a file open as programs on Windows do that let nobody replace it meanwhile (editors, virus scanners):
//   holder.exe FILE READY STOP
// READY is made once FILE is open. It is let go when STOP is there.
#include <windows.h>
#include <wchar.h>

int wmain(int count, wchar_t **words) {
  if (count != 4) return 2;
  // Without FILE_SHARE_DELETE, so that a rename onto it is a sharing violation.
  HANDLE held = CreateFileW(words[1], GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
  if (held == INVALID_HANDLE_VALUE) return 3;
  CloseHandle(CreateFileW(words[2], GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
  while (GetFileAttributesW(words[3]) == INVALID_FILE_ATTRIBUTES) Sleep(5);
  CloseHandle(held);
  return 0;
}
