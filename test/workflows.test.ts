import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withRollout } from '../build/rollout.mjs';

// The parser imports JSON in a way that bundlers take and Node does not.
const hooks = registerHooks({
  load: (url, context, next) =>
    url.endsWith('.json') ? next(url, { ...context, importAttributes: { type: 'json' } }) : next(url, context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
hooks.deregister();

const root = join(import.meta.dirname, '..');
const folder = join(root, '.github/workflows');
const names = readdirSync(folder);
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** What GitHub itself would say of a workflow file: its schema, and every expression. */
const complaints = async (name: string, content: string): Promise<readonly string[]> => {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value !== undefined) {
    const { errors } = await convertWorkflowTemplate(context, value);
    if (errors !== undefined) return errors.map(({ Message }) => Message);
  }
  return context.errors.getErrors().map(({ message }) => message);
};

/** What the steps run, each as its text. */
const commandsOf = (text: string): readonly string[] => {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const [, before, first = ''] = /^( *(?:- )?)run: (.*)$/.exec(line) ?? [];
    if (before === undefined) return [];
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((next) => next.trim() !== '' && next.search(/\S/) <= before.length);
    return first === '|' ? [rest.slice(0, end === -1 ? undefined : end).join('\n')] : [first];
  });
};

test('there is one for every change and one for releases', () => {
  expect(names.toSorted()).toEqual(['ci.yml', 'release.yml']);
});

describe.each(names)('%s', (name) => {
  const text = read(name);

  test('is a valid workflow', async () => {
    expect(await complaints(name, text)).toEqual([]);
    // The parser is asked, and answers.
    expect(await complaints(name, text.replace('runs-on:', 'runs-at:'))).not.toEqual([]);
    expect(await complaints(name, text.replace('${{ matrix.os }}', '${{ matrix.os( }}'))).not.toEqual([]);
  });

  test('may read by default, and takes actions of one exact version', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((action) => !/^actions\/[\w-]+@v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
    const checkouts = text.split('actions/checkout@').slice(1);
    expect(checkouts.filter((after) => !/^\S+\n\s+with:\n\s+persist-credentials: false\n/.test(after))).toEqual([]);
  });

  test('calls scripts and files that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
    };
    const called = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
    expect(called.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
    const files = [...text.matchAll(/(?:node |run: )((?:build|\.ci)\/[\w./-]+)/g)].map(([, file = '']) => file);
    expect(called.length + files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test('lets nobody write a command by naming a tag or a branch', () => {
    const commands = commandsOf(text);
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.filter((command) => /\$\{\{(?!\s*matrix\.)/.test(command))).toEqual([]);
  });
});

test('every system and processor is packed, and signed by secrets alone', () => {
  const text = read('release.yml');
  expect([...text.matchAll(/system: (\w+)/g)].map(([, system]) => system)).toEqual(['linux', 'mac', 'win']);
  expect(text).toContain('npm run package -- ${{ matrix.system }} --x64 --arm64');
  const config = readFileSync(join(root, 'build/electron-builder.mjs'), 'utf8');
  const told = [...config.matchAll(/\b(?:QUAYSIDE|AZURE_CODE_SIGNING)_[A-Z_]+\b/g)].map(([variable]) => variable);
  expect([...new Set(told)].filter((variable) => !text.includes(`${variable}: \${{`))).toEqual([]);
  for (const secret of ['CSC_LINK', 'CSC_KEY_PASSWORD', 'APPLE_API_KEY', 'WIN_CSC_LINK', 'AZURE_CLIENT_SECRET'])
    expect(text).toMatch(
      new RegExp(`^ +${secret}: \\$\\{\\{ matrix\\.system == '(mac|win)' && secrets\\.\\w+ \\|\\| '' \\}\\}$`, 'm'),
    );
});

test('a release is a draft first, offered to some, then to more', () => {
  const list = 'version: 1.2.0\nfiles:\n  - url: a.AppImage\nreleaseDate: now\n';
  expect(withRollout(list, 10)).toBe(`${list}stagingPercentage: 10\n`);
  expect(withRollout(withRollout(list, 10), 50)).toBe(`${list}stagingPercentage: 50\n`);
  expect(withRollout(withRollout(list, 10), 100)).toBe(list);
  const text = read('release.yml');
  expect(text).toMatch(/gh release create [^]*--draft --verify-tag/);
  expect(text).toContain('node build/rollout.mjs 10 dist/*.yml');
});

test('what CI runs can be run', () => {
  expect(statSync(join(root, '.ci/run')).mode & 0o111).toBe(0o111);
});
