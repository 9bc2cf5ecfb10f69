import { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';

const electron = vi.hoisted(() => ({ isPackaged: true, shown: 0 }));
// Electron's package looks for its binary when it is imported.
vi.mock('electron', () => ({
  app: electron,
  Notification: class extends EventEmitter {
    static isSupported = (): boolean => true;
    show(): void {
      electron.shown += 1;
      this.emit('show', {});
    }
  },
}));

const { platform } = process;
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  electron.shown = 0;
});

it.each([
  ['win32', true, {}, true],
  ['win32', true, { PORTABLE_EXECUTABLE_FILE: 'D:\\Quayside.exe' }, false],
  ['win32', false, {}, false],
  ['darwin', false, {}, true],
])('a notice on %s (packed: %s, %j) is shown by the system: %s', async (system, isPackaged, env, shown) => {
  Object.defineProperty(process, 'platform', { value: system });
  electron.isPackaged = isPackaged;
  const { createSystemNotifier } = await import('./system-notifier.ts');
  const notice = { id: 'a', title: 'Gone', body: 'Pump 3', silent: false, actions: [] };
  // What fails here is shown in the window, with the reason.
  expect(await createSystemNotifier(env).show(notice)).toMatchObject(
    shown ? { ok: true } : { ok: false, error: { kind: 'unsupported' } },
  );
  expect(electron.shown).toBe(shown ? 1 : 0);
});
