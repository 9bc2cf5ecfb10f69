import { expect, it } from 'vitest';
import { byPreference, preferredService } from './service-preference.ts';

it('Connect opens the user’s choice, else SSH, else the next best, and what the vendor says is inactive last', () => {
  const services = [
    { id: 'a', kind: 'tcp' },
    { id: 'b', kind: 'ssh', state: 'inactive' },
    { id: 'c', kind: 'http', state: 'active' },
    { id: 'd', kind: 'vnc' },
  ] as const;
  const ids = (chosen?: string): readonly string[] => byPreference(services, chosen).map(({ id }) => id);
  expect(ids()).toEqual(['d', 'c', 'a', 'b']);
  expect(ids('b')).toEqual(['b', 'd', 'c', 'a']);
  for (const chosen of [undefined, 'a', 'b', 'gone'])
    expect(preferredService(services, chosen)?.id).toBe(ids(chosen)[0]);
  expect(preferredService([])).toBeUndefined();
});
