import { describe, expect, it } from 'vitest';
import { areChoices, chosenLaunchers, serviceTarget, withChoice } from './launcher-choice.ts';
import type { LauncherChoice, LauncherScope } from './launcher-choice.ts';

const choice = (scope: LauncherScope, target: string, launcher: string): LauncherChoice => ({
  kind: 'vnc',
  scope,
  target,
  launcher,
});
const all = [
  choice('default', '', 'D'),
  choice('group', 'Plant 1', 'G1'),
  choice('group', 'Plant 2', 'G2'),
  choice('device', 'home/a1', 'V'),
  choice('service', serviceTarget('home/a1', 'vnc:5900'), 'S'),
  { ...choice('default', '', 'other kind'), kind: 'rdp' as const },
];
const question = { kind: 'vnc' as const, deviceKey: 'home/a1', serviceId: 'vnc:5900', groups: ['Plant 2', 'Plant 1'] };

describe('which launcher opens a service', () => {
  it.each([
    ['the service before all', all, question, ['S', 'V', 'G2', 'G1', 'D']],
    ['the device where another service is meant', all, { ...question, serviceId: 'vnc:5901' }, ['V', 'G2', 'G1', 'D']],
    ['the group, in the device’s order', all, { ...question, deviceKey: 'home/b' }, ['G2', 'G1', 'D']],
    ['the default', all, { ...question, deviceKey: 'home/b', groups: [] }, ['D']],
    ['nothing of another kind', all, { ...question, kind: 'ssh' as const }, []],
    ['each name once', [choice('default', '', 'X'), choice('device', 'home/a1', 'X')], question, ['X']],
  ])('is told by %s', (_name, choices, asked, names) => {
    expect(chosenLaunchers(choices, asked)).toEqual(names);
  });

  it('is changed and taken back', () => {
    const changed = withChoice(all, choice('default', '', 'N'));
    expect(changed).toHaveLength(all.length);
    expect(chosenLaunchers(changed, { ...question, deviceKey: 'x', groups: [] })).toEqual(['N']);
    expect(withChoice(changed, { kind: 'vnc', scope: 'default', target: '' })).toHaveLength(all.length - 1);
  });

  it('is stored only in a form that means something', () => {
    expect(areChoices(all)).toBe(true);
    expect(areChoices([choice('default', 'x', 'D')])).toBe(false);
    expect(areChoices([choice('group', '', 'D')])).toBe(false);
    expect(areChoices([{ ...choice('default', '', 'D'), kind: 'ftp' }])).toBe(false);
    expect(areChoices([choice('default', '', '')])).toBe(false);
    for (const entry of [null, undefined, 'D', 7, []]) expect(areChoices([...all, entry])).toBe(false);
  });
});
