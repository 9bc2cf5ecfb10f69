import { describe, expect, it } from 'vitest';
import { badSettings, defaultSettings, parseSettings } from './settings.ts';

describe('settings', () => {
  it('keep every good key when another is bad', () => {
    expect(parseSettings({ theme: 'dark', idleTimeoutMs: -1, sshUser: 'pi', pollFactor: '3', more: true })).toEqual({
      ...defaultSettings,
      theme: 'dark',
      sshUser: 'pi',
    });
  });

  it('are nothing where the file holds something else', () => {
    for (const value of [null, 'x', 3, [defaultSettings]]) expect(parseSettings(value)).toBeUndefined();
  });

  it('name what cannot be stored', () => {
    expect(
      badSettings({
        theme: 'blue',
        sshUser: '-oProxyCommand=x',
        terminal: '',
        pollFactor: 61,
        idleTimeoutMs: 0.5,
        x: 1,
      }),
    ).toEqual(['theme', 'sshUser', 'terminal', 'pollFactor', 'idleTimeoutMs', 'x']);
    expect(badSettings({ ...defaultSettings, idleTimeoutMs: 0 })).toEqual([]);
  });
});
