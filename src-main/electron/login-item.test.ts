import { afterEach, expect, it, vi } from 'vitest';
import { ok } from '../core/base/errors.ts';
import { setLoginItem } from './login-item.ts';

const electron = vi.hoisted(() => ({
  packed: true,
  set: [] as unknown[],
  openAtLogin: true,
}));

vi.mock('electron', () => ({
  app: {
    get isPackaged() {
      return electron.packed;
    },
    setLoginItemSettings: (settings: unknown) => electron.set.push(settings),
    getLoginItemSettings: () => ({ openAtLogin: electron.openAtLogin }),
  },
}));

const onLinux: boolean[] = [];
const ofLinux = (on: boolean) => {
  onLinux.push(on);
  return Promise.resolve(ok(undefined));
};

afterEach(() => {
  vi.unstubAllGlobals();
  Object.assign(electron, { packed: true, set: [], openAtLogin: true });
  onLinux.length = 0;
});

const on = (platform: string, env: Readonly<Record<string, string>> = {}): void =>
  void vi.stubGlobal('process', { platform, env });

it.each(['linux', 'win32', 'darwin'])(
  'refuses a checkout on %s, where only a bare Electron could be started',
  async (platform) => {
    on(platform);
    electron.packed = false;
    expect(await setLoginItem(true, ofLinux)).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
    expect([electron.set, onLinux]).toEqual([[], []]);
  },
);

it('is a file of the desktop on Linux', async () => {
  on('linux');
  expect(await setLoginItem(true, ofLinux)).toMatchObject({ ok: true });
  expect([electron.set, onLinux]).toEqual([[], [true]]);
});

it('names the file of a portable copy, not the folder that it runs from', async () => {
  on('win32', { PORTABLE_EXECUTABLE_FILE: String.raw`D:\Quayside.exe` });
  expect(await setLoginItem(true, ofLinux)).toMatchObject({ ok: true });
  expect(electron.set).toEqual([{ openAtLogin: true, args: ['--hidden'], path: String.raw`D:\Quayside.exe` }]);
});

it('says where macOS took no notice', async () => {
  on('darwin');
  electron.openAtLogin = false;
  expect(await setLoginItem(true, ofLinux)).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
});
