import { expect, it } from 'vitest';
import { parseChoices, parseDeviceChoices, usualChoices, usualForDevice } from './terminal-choices.ts';

it('what was kept comes back, and what is spoiled falls back part by part', () => {
  expect(parseChoices('{"optionKey":"left","scheme":"Ocean"}')).toEqual({ optionKey: 'left', scheme: 'Ocean' });
  expect(parseDeviceChoices('{"term":"vt100","backspace":"bs","fillsClipboard":true}')).toEqual({
    term: 'vt100',
    backspace: 'bs',
    fillsClipboard: true,
  });
  for (const spoiled of [null, '', '[', '7', 'null', '{"optionKey":"meta"}']) {
    expect(parseChoices(spoiled), String(spoiled)).toEqual(usualChoices);
    expect(parseDeviceChoices(spoiled), String(spoiled)).toEqual(usualForDevice);
  }
});

it('a name of a terminal holds nothing that a shell or a file system would take as more', () => {
  for (const bad of ['', '../vt100', 'a b', 'x;reboot', '-x', 'a\n', '$TERM', 'x'.repeat(65)])
    expect(parseDeviceChoices(JSON.stringify({ term: bad })).term, bad).toBe('xterm-256color');
  for (const good of ['vt220', 'screen.xterm-256color', 'wyse50+', 'sun-cmd', 'tmux-256color', 'dumb'])
    expect(parseDeviceChoices(JSON.stringify({ term: good })).term).toBe(good);
});
