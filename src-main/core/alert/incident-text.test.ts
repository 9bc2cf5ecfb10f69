import { describe, expect, it } from 'vitest';
import type { IncidentScope, Loss } from './incident-cover.ts';
import { durationText, incidentBody, incidentNotice, incidentTitle, namesText } from './incident-text.ts';
import type { Incident } from './incident.ts';

const minute = 60_000;
const labels = { accountLabel: () => 'Acme' };

const incident = (scope: IncidentScope, size: number, part: Partial<Incident> & { back?: number } = {}): Incident => {
  const { back = 0, ...rest } = part;
  const members = Array.from({ length: size }, (_, index) => {
    const loss: Loss = {
      key: `k${index}`,
      name: `gw-${index}`,
      accountId: 'a',
      groups: ['Plant 3'],
      since: 0,
      sound: true,
    };
    const isBack = index < back;
    return [
      loss.key,
      { loss, offline: !isBack, since: 0, ...(isBack ? { backAt: (index + 2) * minute } : {}) },
    ] as const;
  });
  return {
    id: 'i1',
    scope,
    total: size,
    startedAt: 0,
    openedAt: 0,
    members: new Map(members),
    offline: size - back,
    ...rest,
  };
};
const group: IncidentScope = { kind: 'group', accountId: 'a', group: 'Plant 3' };

describe('the words of an incident', () => {
  it.each([
    [incident({ kind: 'device', key: 'k0' }, 1), 'gw-0 went offline', 'Acme, Plant 3.'],
    [incident(group, 12, { total: 14 }), '12 of 14 devices in Plant 3 went offline', 'gw-0, gw-1, gw-10 and 9 more.'],
    [incident(group, 3), 'All 3 devices in Plant 3 went offline', 'gw-0, gw-1 and gw-2.'],
    [
      incident({ kind: 'account', accountId: 'a' }, 3000, { total: 10_000, back: 2998 }),
      '3,000 of 10,000 devices in Acme went offline',
      '2,998 back. Still offline: gw-2998 and gw-2999.',
    ],
    [
      incident({ kind: 'address', address: '203.0.113.3' }, 2),
      'Both devices behind 203.0.113.3 went offline',
      'gw-0 and gw-1.',
    ],
    [incident({ kind: 'fleet' }, 9, { total: 20 }), '9 of 20 devices went offline', 'gw-0, gw-1, gw-2 and 6 more.'],
    [
      incident(group, 3, { back: 3, resolvedAt: 1 }),
      'All 3 devices in Plant 3 are back',
      'They were offline for 2 min to 4 min.',
    ],
    [incident(group, 1, { back: 1, resolvedAt: 1 }), 'gw-0 is back', 'Acme, Plant 3. It was offline for 2 min.'],
    [incident(group, 0, { resolvedAt: 1 }), 'The devices that went offline were removed', ''],
  ])('%#: %s', (which, title, body) => {
    expect(incidentTitle(which, labels)).toBe(title);
    expect(incidentBody(which, labels)).toBe(body);
  });

  it('make no sound when it is over or not wanted', () => {
    const open = incident(group, 3);
    expect(incidentNotice(open, labels, true).silent).toBe(false);
    expect(incidentNotice(open, labels, false).silent).toBe(true);
    expect(incidentNotice(incident(group, 3, { back: 3, resolvedAt: 1 }), labels, true).silent).toBe(true);
  });

  it.each([
    [59_999, 'less than a minute'],
    [minute, '1 min'],
    [60 * minute, '1 h'],
    [125 * minute, '2 h 5 min'],
    [24 * 60 * minute, '1 day'],
    [51 * 60 * minute, '2 days 3 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('name at most three', () => {
    expect(namesText([])).toBe('');
    expect(namesText(['a'])).toBe('a');
    expect(namesText(['a', 'b', 'c', 'd'])).toBe('a, b, c and 1 more');
  });
});
