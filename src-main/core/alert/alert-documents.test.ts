import { describe, expect, it } from 'vitest';
import { sameTarget } from './alert-rules.ts';
import { defaultAlertSettings, parseAlertSettings, withoutThePast, type AlertTarget } from './alert-settings.ts';
import { incidentRecordsFormat } from './incident-record.ts';

const everything = { kind: 'everything' as const };
const long = 'x'.repeat(513);

describe('alerts.json', () => {
  const good = {
    notify: 'favourites',
    graceMs: 86_400_000,
    confirmations: 100,
    sound: false,
    tellBack: false,
    rules: [{ target: everything, notify: 'none', graceMs: 0, sound: false }],
    mutes: [{ target: everything, until: 0 }, { target: everything }],
    maintenance: [{ id: 'm', target: everything, from: 1, until: 2, note: 'lift' }],
    quietHours: { on: true, from: 0, until: 1439, days: [0, 6] },
    pausedUntil: 5,
    tellWhenBack: ['a/1'],
    historyDays: 3650,
  };

  it('is read as it was written', () => {
    expect(parseAlertSettings(good)).toEqual(good);
    expect(parseAlertSettings({})).toEqual(defaultAlertSettings);
    for (const nothing of [undefined, null, 'text', 7, [good]]) expect(parseAlertSettings(nothing)).toBeUndefined();
  });

  it.each([
    ['notify', 'some', 'all'],
    ['graceMs', 86_400_001, 60_000],
    ['graceMs', -1, 60_000],
    ['graceMs', 1.5, 60_000],
    ['graceMs', '60000', 60_000],
    ['confirmations', 101, 0],
    ['sound', 1, true],
    ['tellBack', 'no', true],
    ['historyDays', 0, 90],
    ['historyDays', 3651, 90],
    ['pausedUntil', -1, undefined],
    ['pausedUntil', '5', undefined],
    ['tellWhenBack', ['a', 'a', 7, long], ['a']],
    ['tellWhenBack', 'a', []],
    ['rules', { 0: good.rules[0] }, []],
    ['rules', [null, {}, { target: everything, notify: 'some', graceMs: -1, sound: 0 }], [{ target: everything }]],
    ['mutes', [{ target: everything, until: 'later' }, { until: 5 }], [{ target: everything }]],
    ['maintenance', [{ ...good.maintenance[0], until: 1 }], []],
    ['maintenance', [{ ...good.maintenance[0], id: 7 }], []],
    ['maintenance', [{ ...good.maintenance[0], target: {} }], []],
    ['maintenance', [{ ...good.maintenance[0], from: undefined }], []],
    ['maintenance', [{ ...good.maintenance[0], until: undefined }], []],
    ['maintenance', [{ ...good.maintenance[0], note: 7 }], [{ ...good.maintenance[0], note: '' }]],
    ['quietHours', 'at night', defaultAlertSettings.quietHours],
    [
      'quietHours',
      { on: 'yes', from: 1440, until: -1, days: [6, 0, 7, -1, 6] },
      { ...defaultAlertSettings.quietHours, on: false, days: [0, 6] },
    ],
    [
      'quietHours',
      { on: true, from: 5, until: 6, days: 'all' },
      { ...defaultAlertSettings.quietHours, on: true, from: 5, until: 6 },
    ],
  ] as const)('takes a wrong %s (%j) as %j, and keeps the rest', (part, value, read) => {
    expect(parseAlertSettings({ ...good, [part]: value })).toEqual({ ...good, [part]: read });
  });

  const targets: readonly AlertTarget[] = [
    everything,
    { kind: 'account', accountId: 'a' },
    { kind: 'account', accountId: 'b' },
    { kind: 'group', accountId: 'a', group: 'g' },
    { kind: 'group', accountId: 'b', group: 'g' },
    { kind: 'group', accountId: 'a', group: 'h' },
    { kind: 'tag', tag: 'a' },
    { kind: 'tag', tag: 'b' },
    { kind: 'query', query: 'a' },
    { kind: 'query', query: 'b' },
    { kind: 'device', deviceKey: 'a' },
    { kind: 'device', deviceKey: 'b' },
  ];

  it('knows every target, each the same as itself alone', () => {
    const mutes = targets.map((target) => ({ target }));
    expect(parseAlertSettings({ mutes })?.mutes).toEqual(mutes);
    for (const one of targets) expect(targets.filter((other) => sameTarget(one, other))).toEqual([one]);
  });

  it.each([
    null,
    { kind: 'other' },
    { kind: 'account' },
    { kind: 'account', accountId: long },
    { kind: 'group', accountId: 'a' },
    { kind: 'group', group: 'g' },
    { kind: 'tag' },
    { kind: 'query', query: 'x'.repeat(1025) },
    { kind: 'device', deviceKey: 7 },
  ])('leaves out a mute of %j', (target) => {
    expect(parseAlertSettings({ mutes: [{ target }] })?.mutes).toEqual([]);
  });

  it('loses what is over, at the millisecond at which it is', () => {
    const settings = parseAlertSettings({ ...good, mutes: [{ target: everything, until: 9 }, { target: everything }] });
    if (settings === undefined) throw new Error('not read');
    const over = { ...settings, maintenance: [], pausedUntil: 7 };
    expect(withoutThePast(over, 6)).toBe(over);
    const { pausedUntil: _over, ...unpaused } = over;
    expect(withoutThePast(over, 7)).toEqual(unpaused);
    expect(withoutThePast(unpaused, 9)).toEqual({ ...unpaused, mutes: [{ target: everything }] });
    expect(withoutThePast({ ...over, pausedUntil: 10 }, 9)).toMatchObject({ pausedUntil: 10 });
    expect(withoutThePast({ ...unpaused, maintenance: settings.maintenance }, 2).maintenance).toEqual([]);
  });
});

describe('incidents.json', () => {
  const loss = {
    key: 'a/1',
    name: 'one',
    accountId: 'a',
    groups: ['g'],
    address: '203.0.113.1',
    since: 1,
    sound: true,
  };
  const member = { loss, offline: true, since: 2, backAt: 3 };
  const incident = {
    id: 'i1',
    scope: { kind: 'fleet' as const },
    total: 4,
    startedAt: 5,
    openedAt: 6,
    snoozedUntil: 7,
    members: [member],
  };
  const { parse } = incidentRecordsFormat;

  it.each([
    { kind: 'fleet' },
    { kind: 'device', key: 'a/1' },
    { kind: 'group', accountId: 'a', group: 'g' },
    { kind: 'address', address: '203.0.113.1' },
    { kind: 'account', accountId: 'a' },
  ])('keeps an incident of %j', (scope) => {
    expect(parse([{ ...incident, scope }])).toEqual([{ ...incident, scope }]);
  });

  it.each([
    { scope: null },
    { scope: { kind: 'other' } },
    { scope: { kind: 'device' } },
    { scope: { kind: 'group', accountId: 'a' } },
    { scope: { kind: 'group', group: 'g' } },
    { scope: { kind: 'address' } },
    { scope: { kind: 'account' } },
    { id: 7 },
    { total: '4' },
    { startedAt: null },
    { openedAt: Number.NaN },
  ])('leaves out an incident with %j, and keeps the others', (wrong) => {
    expect(parse([{ ...incident, ...wrong }, incident, null])).toEqual([incident]);
  });

  it('keeps what can be read of a member, and no member without its device', () => {
    const { address: _address, ...placeless } = loss;
    const { backAt: _backAt, ...away } = member;
    const membersOf = (...members: readonly unknown[]): unknown => parse([{ ...incident, members }])?.[0]?.members;
    expect(membersOf({ ...member, backAt: 'then', offline: 1 })).toEqual([{ ...away, offline: false }]);
    expect(membersOf({ ...away, loss: { ...loss, address: 7, groups: ['g', 7], sound: 1 } })).toEqual([
      { ...away, loss: { ...placeless, sound: false } },
    ]);
    expect(membersOf({ ...away, loss: { ...placeless, groups: 'g' } })).toEqual([
      { ...away, loss: { ...placeless, groups: [] } },
    ]);
    for (const part of ['key', 'name', 'accountId', 'since'])
      expect(membersOf({ ...member, loss: { ...loss, [part]: null } })).toEqual([]);
    expect(membersOf({ ...member, since: undefined }, { ...member, loss: [] }, 7)).toEqual([]);
    expect(parse([{ ...incident, snoozedUntil: '7', members: 'none' }])?.[0]).toMatchObject({ members: [] });
    expect(parse(incident)).toBeUndefined();
  });
});
