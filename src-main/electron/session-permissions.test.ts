import type { Session } from 'electron';
import { beforeEach, expect, it, vi } from 'vitest';

// Electron's package looks for its binary when it is imported; nothing of it is used here.
vi.mock('electron', () => ({ protocol: {}, shell: {} }));

type Request = Exclude<Parameters<Session['setPermissionRequestHandler']>[0], null>;
type Check = Exclude<Parameters<Session['setPermissionCheckHandler']>[0], null>;
type Media = readonly ('video' | 'audio')[];

let questions: string[];
let agrees: boolean;
let request: Request;
let check: Check;

beforeEach(async () => {
  const { limitSessionPermissions } = await import('./session-permissions.ts');
  questions = [];
  agrees = true;
  limitSessionPermissions(
    {
      setPermissionRequestHandler: (handler: Request) => (request = handler),
      setPermissionCheckHandler: (handler: Check) => (check = handler),
      setDevicePermissionHandler: () => undefined,
    } as unknown as Session,
    async (what) => {
      questions.push(what);
      return agrees;
    },
  );
});

const ask = (permission: Parameters<Request>[1], media: Media = []): Promise<boolean> =>
  new Promise((resolve) => {
    request(null as never, permission, resolve, {
      isMainFrame: true,
      requestingUrl: 'app://session-1/',
      securityOrigin: 'app://session-1/',
      mediaTypes: [...media],
    });
  });
const has = (permission: Parameters<Check>[1], mediaType?: 'audio' | 'video'): boolean =>
  check(null, permission, 'app://session-1', { isMainFrame: true, ...(mediaType === undefined ? {} : { mediaType }) });

it.each(['fullscreen', 'pointerLock', 'keyboardLock'] as const)(
  'a session gets %s without a question',
  async (what) => {
    expect(await ask(what)).toBe(true);
    expect(has(what)).toBe(true);
    expect(questions).toEqual([]);
  },
);

it('clipboard and microphone are asked for once each, and had only once somebody agreed', async () => {
  expect(has('clipboard-read')).toBe(false);
  expect(has('media', 'audio')).toBe(false);
  expect(await ask('clipboard-read')).toBe(true);
  expect(await ask('clipboard-sanitized-write')).toBe(true);
  expect(has('clipboard-sanitized-write')).toBe(true);
  expect(has('media', 'audio')).toBe(false);
  expect(await ask('media', ['audio'])).toBe(true);
  expect(await ask('media', ['audio'])).toBe(true);
  expect(has('media', 'audio')).toBe(true);
  expect(questions).toEqual(['clipboard', 'microphone']);
});

it('a no holds for the whole session', async () => {
  agrees = false;
  expect(await ask('media', ['audio'])).toBe(false);
  agrees = true;
  expect(await ask('media', ['audio'])).toBe(false);
  expect(has('media', 'audio')).toBe(false);
  expect(questions).toEqual(['microphone']);
});

it('camera, screen, devices and places are denied unasked, also beside the microphone', async () => {
  for (const media of [['video'], ['audio', 'video'], []] as const) expect(await ask('media', media)).toBe(false);
  expect(has('media', 'video')).toBe(false);
  for (const other of ['display-capture', 'geolocation', 'notifications', 'usb', 'fileSystem'] as const)
    expect(await ask(other), other).toBe(false);
  expect(questions).toEqual([]);
});
