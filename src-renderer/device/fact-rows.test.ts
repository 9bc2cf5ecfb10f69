import { describe, expect, it } from 'vitest';
import { deviceFactsViewSchema, type DeviceFactsView, type DeviceView } from '../../src-preload/contract/device.ts';
import { factGroups } from './fact-rows.ts';

const now = Date.UTC(2026, 10, 20, 12);
const device: DeviceView = {
  key: 'acme/1',
  id: '1',
  name: 'gw',
  vendor: 'remoteit',
  accountId: 'acme',
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: now, source: 'vendor-list' },
  services: [],
  favourite: false,
};
const rowsOf = (facts: DeviceFactsView, more: Partial<DeviceView> = {}) =>
  factGroups({ ...device, ...more, facts }, now).flatMap(({ rows }) => rows);
const labels = (facts: DeviceFactsView, more: Partial<DeviceView> = {}): readonly string[] =>
  rowsOf(facts, more).map(({ label }) => label);

describe('the facts of a device', () => {
  const samples: Readonly<Record<string, unknown>> = {
    ZodString: 'told',
    ZodNumber: 42,
    ZodArray: ['told'],
    ZodRecord: { told: 'so' },
  };
  const names = Object.entries(deviceFactsViewSchema.shape);

  it.each(names)('show %s in a row of its own', (name, schema) => {
    const sample = samples[schema.unwrap().constructor.name];
    expect(sample, name).toBeDefined();
    // The id of the device is always there.
    expect(rowsOf({ [name]: sample })).toHaveLength(2);
    expect(rowsOf({})).toHaveLength(1);
  });

  it('have no label twice in a group, and none that is a name of the code', () => {
    const all = Object.fromEntries(names.map(([name, schema]) => [name, samples[schema.unwrap().constructor.name]]));
    for (const { title, rows } of factGroups({ ...device, facts: all, mac: 'a', serial: 'b' }, now)) {
      const found = rows.map(({ label }) => label);
      expect(new Set(found).size, title).toBe(found.length);
      if (title !== 'Attributes') for (const label of found) expect(label).toMatch(/^[A-Z][a-z]* ?[a-z ]*$|^MAC$/);
    }
  });

  it('leave out groups without a fact', () => {
    expect(factGroups(device, now).map(({ title }) => title)).toEqual(['Device']);
    expect(factGroups({ ...device, facts: { owner: 'ann', attributes: {} } }, now).map(({ title }) => title)).toEqual([
      'Device',
      'Belongs to',
    ]);
  });

  it('say how long it has been as it is, and when the other ended', () => {
    const since = { onlineSince: now - 1, offlineSince: now - 2 };
    expect(labels(since)).toEqual(['Device id', 'Online for', 'Went offline']);
    const presence = { ...device.presence, state: 'offline' as const };
    expect(labels(since, { presence })).toEqual(['Device id', 'Came online', 'Offline for']);
  });

  it('tell a claim that ended from one that will', () => {
    expect(labels({ claimExpiresAt: now + 1 })).toContain('Claim ends');
    expect(labels({ claimExpiresAt: now - 1 })).toContain('Claim ended');
  });

  it('have units, and one line for a place', () => {
    expect(rowsOf({ availability: 99.249 })[1]?.value).toMatchObject({ text: '99.2 %' });
    expect(rowsOf({ availability: 100 })[1]?.value).toMatchObject({ text: '100 %' });
    expect(rowsOf({ city: 'Singapore', region: '', country: 'Singapore' })[1]?.value).toMatchObject({
      text: 'Singapore',
    });
    expect(rowsOf({ city: 'Lyon', region: 'Rhône', country: 'France' })[1]?.value).toMatchObject({
      text: 'Lyon, Rhône, France',
    });
  });
});
