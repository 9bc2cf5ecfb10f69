import { describe, expect, it } from 'vitest';
import { keysThatCan } from '../../ui/format.ts';
import { capabilityOf, refusalOf, tabsOf } from './device-tabs.ts';
import { findIn, logText } from '../logs/log-text.ts';
import { isSecretName, readLine, timeOf, vendorTime } from './read-output.ts';
import { fillKeyName, noteValues, parseEdited, typesFor } from '../data/value-types.ts';

const everybody = ['user', 'project', 'device'];

describe('the tabs of a device', () => {
  it('are those its vendor has something for', () => {
    expect(tabsOf([])).toEqual(['overview', 'activity', 'actions']);
    expect(
      tabsOf([
        { name: 'jobs', callers: ['user'] },
        { name: 'health.charts', callers: ['user'] },
      ]),
    ).toEqual(['overview', 'activity', 'jobs', 'health', 'actions']);
  });

  it('name the key that would do before the vendor refuses', () => {
    const firmware = { name: 'settings.firmware', callers: ['device'] } as const;
    const capability = { ...firmware, callers: [...firmware.callers] };
    expect(refusalOf(capability, { fields: { keyKind: 'project' } })).toBe(
      'This account holds a project key. A device key can.',
    );
    expect(refusalOf(capability, { fields: { keyKind: 'device' } })).toBeUndefined();
    expect(refusalOf(capability, { fields: {} })).toBeUndefined();
    expect(refusalOf(capabilityOf([capability], 'jobs'), { fields: { keyKind: 'user' } })).toBeUndefined();
    expect(keysThatCan(everybody)).toBe('A user, project or device key can.');
  });
});

describe('what a vendor answers', () => {
  it('times of both vendors are read, GMT where no zone is given', () => {
    expect(timeOf('2020-12-27 05:25:00.0')).toBe(Date.UTC(2020, 11, 27, 5, 25));
    expect(timeOf('20200101 00:00:00')).toBe(Date.UTC(2020, 0, 1));
    expect(timeOf('2020-01-02T23:18:16.915823Z')).toBe(Date.UTC(2020, 0, 2, 23, 18, 16, 915));
    expect(timeOf('2020-01-02T23:18:16+02:00')).toBe(Date.UTC(2020, 0, 2, 21, 18, 16));
    expect(timeOf('yesterday')).toBeUndefined();
    expect(vendorTime(Date.UTC(2031, 0, 2, 3, 4, 5))).toBe('2031-01-02 03:04:05');
  });

  it('a log entry of unknown form loses nothing', () => {
    expect(readLine({ timestamp: '2020-01-02T00:00:00Z', level: 'error', message: 'no disk', code: 28 })).toEqual({
      at: Date.UTC(2020, 0, 2),
      level: 'error',
      text: 'no disk code=28',
    });
    expect(readLine({ time: 'soon', method: 'PUT', path: '/x', status: 204 }).text).toBe('time=soon PUT /x 204');
    expect(readLine('bare text').text).toBe('bare text');
    expect(readLine(7).text).toBe('7');
  });

  it('names of secrets are known', () => {
    for (const name of ['wifiPassword', 'api_token', 'clientSecret', 'apiKey']) expect(isSecretName(name)).toBe(true);
    for (const name of ['clicks', 'keyboard', 'happy']) expect(isSecretName(name)).toBe(false);
  });
});

describe('a log', () => {
  it('marks what was searched for in any case', () => {
    expect(findIn('USB and usb', 'usb')).toEqual([
      { text: 'USB', hit: true },
      { text: ' and ', hit: false },
      { text: 'usb', hit: true },
    ]);
    expect(findIn('İstanbul', 'i')).toEqual([{ text: 'İstanbul', hit: false }]);
  });

  it('is saved with its times, and says where lines may be missing', () => {
    expect(
      logText([
        { kind: 'line', at: 0, level: 'info', text: 'one' },
        { kind: 'gap', at: 5 },
        { kind: 'line', text: 'two' },
      ]),
    ).toBe('1970-01-01T00:00:00.000Z info one\n--- lines may be missing here ---\ntwo\n');
  });
});

describe('values of a device', () => {
  it('are text unless the key holds something else already', () => {
    expect(typesFor('x')).toEqual(['text']);
    expect(typesFor(undefined)).toEqual(['text']);
    expect(typesFor(3)).toEqual(['number', 'text']);
    expect(typesFor({ a: 1 })).toEqual(['JSON', 'text']);
    expect(parseEdited('3.5', 'number')).toEqual({ ok: true, value: 3.5 });
    expect(parseEdited('', 'number').ok).toBe(false);
    expect(parseEdited('"text"', 'JSON').ok).toBe(false);
    expect(parseEdited('[1]', 'JSON')).toEqual({ ok: true, value: [1] });
    expect(parseEdited('true', 'text')).toEqual({ ok: true, value: 'true' });
  });

  it('changes are remembered as they are seen, deletions too', () => {
    const first = noteValues(
      new Map(),
      [
        { key: 'a', value: 1 },
        { key: 'b', value: 'x' },
      ],
      10,
    );
    const second = noteValues(first, [{ key: 'a', value: 2 }], 20);
    expect(second.get('a')).toEqual([
      { at: 10, value: 1 },
      { at: 20, value: 2 },
    ]);
    expect(second.get('b')).toEqual([{ at: 10, value: 'x' }, { at: 20 }]);
    expect(noteValues(second, [{ key: 'a', value: 2 }], 30).get('b')).toHaveLength(2);
  });

  it('a key’s pattern is filled or not at all', () => {
    expect(fillKeyName('ug::{{model}}:{{module}}::c', { model: 'm', module: '7' })).toBe('ug::m:7::c');
    expect(fillKeyName('ug::{{model}}', { model: ' ' })).toBeUndefined();
  });
});
