import type { Session } from 'electron';
import { expect, it, vi } from 'vitest';

// Electron's package looks for its binary when it is imported; nothing of it is used here.
vi.mock('electron', () => ({ protocol: {}, shell: {} }));

type Request = Exclude<Parameters<Session['setPermissionRequestHandler']>[0], null>;
type Check = Exclude<Parameters<Session['setPermissionCheckHandler']>[0], null>;

it('our own page may write a file that was chosen and read the clipboard, and nothing else is permitted to anybody', async () => {
  const { permitOwnPage } = await import('./hardening.ts');
  let request: Request | null = null;
  let check: Check | null = null;
  permitOwnPage({
    setPermissionRequestHandler: (handler: Request) => (request = handler),
    setPermissionCheckHandler: (handler: Check) => (check = handler),
    setDevicePermissionHandler: () => undefined,
  } as unknown as Session);
  const ask = (permission: Parameters<Request>[1], from: string, isDirectory = false): readonly boolean[] => {
    const answers: boolean[] = [];
    request?.(null as never, permission, (granted) => answers.push(granted), {
      isMainFrame: false,
      requestingUrl: from,
      fileAccessType: 'writable',
      filePath: '/home/me/firmware.bin',
      isDirectory,
    });
    answers.push(check?.(null, permission, from, { isMainFrame: false, isDirectory }) ?? false);
    return answers;
  };
  expect(ask('fileSystem', 'app://quayside/?session')).toEqual([true, true]);
  expect(ask('fileSystem', 'app://quayside/?session', true)).toEqual([false, false]);
  expect(ask('fileSystem', 'https://example.org/')).toEqual([false, false]);
  expect(ask('fileSystem', 'app://quayside.example.org/')).toEqual([false, false]);
  expect(ask('fileSystem', '')).toEqual([false, false]);
  expect(ask('clipboard-read', 'app://quayside/?session')).toEqual([true, true]);
  expect(ask('clipboard-read', 'https://example.org/')).toEqual([false, false]);
  expect(ask('clipboard-read', '')).toEqual([false, false]);
  for (const other of ['notifications', 'geolocation', 'media', 'usb'] as const)
    expect(ask(other, 'app://quayside/'), other).toEqual([false, false]);
});
