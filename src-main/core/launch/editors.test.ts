import { expect, it } from 'vitest';
import { checkEditor, editorPlan, isEditor, systemEditors } from './editors.ts';

it('puts the file where the arguments name it, else last, as one argument', () => {
  const file = '/tmp/x/a b.conf';
  expect(editorPlan({ program: 'code', args: ['--wait'] }, file)).toMatchObject({
    value: { program: 'code', args: ['--wait', file], detached: true },
  });
  expect(editorPlan({ program: 'xterm', args: ['-e', 'vim', '{file}', '+1'] }, file)).toMatchObject({
    value: { args: ['-e', 'vim', file, '+1'] },
  });
  expect(editorPlan({ program: 'x', args: ['{file}'] }, '/tmp/$&')).toMatchObject({ value: { args: ['/tmp/$&'] } });
});

it.each([
  [{ program: 'bin/vim', args: [] }],
  [{ program: '-x', args: [] }],
  [{ program: 'run.bat', args: [] }],
  [{ program: 'vim', args: ['{device}'] }],
])('refuses an editor that launchers refuse: %j', (editor) => {
  expect(checkEditor(editor)).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
  expect(isEditor(editor)).toBe(false);
});

it('asks the system for its program for text, never for one that runs the file', () => {
  expect(systemEditors('darwin', '/f', undefined)).toEqual([
    { program: '/usr/bin/open', args: ['-t', '/f'], detached: true },
  ]);
  expect(systemEditors('win32', 'C:\\f.bat', undefined).map(({ program }) => program)).toEqual(['notepad.exe']);
  const linux = (file: string, desktop?: string) => systemEditors('linux', file, desktop).map(({ program }) => program);
  expect(linux('/f.conf', 'ubuntu:GNOME')[0]).toBe('gnome-text-editor');
  expect(linux('/f.conf', 'KDE')[0]).toBe('kate');
  expect(linux('/f.conf').at(-1)).toBe('xdg-open');
  for (const file of ['/a.desktop', '/a.AppImage', '/a.sh']) expect(linux(file)).not.toContain('xdg-open');
});
