import { expect, test } from 'vitest';
import { commandArguments } from './command-arguments.ts';

test.each<[readonly string[], readonly string[] | undefined]>([
  [['q'], undefined],
  [['q', '--hidden'], undefined],
  [
    ['q', '--cli', '--', 'devices', '--json'],
    ['devices', '--json'],
  ],
  [['q', '--cli', '--'], []],
  [
    ['q', '--no-sandbox', '--ozone-platform=headless', '--cli', '--', 'proxy', 'a/b'],
    ['proxy', 'a/b'],
  ],
  [
    ['q', '--cli', '--', 'ssh', 'x', '--', '--cli'],
    ['ssh', 'x', '--', '--cli'],
  ],
  // A link is whatever a page wrote; what follows it on a command line is that page's, too.
  [['q', 'quayside://open', '--cli', '--', 'api'], undefined],
  [['q', '--', '--cli', '--', 'api'], undefined],
  [['q', '--cli', 'devices'], undefined],
])('%j asks for the command %j', (argv, expected) => {
  expect(commandArguments(argv)).toEqual(expected);
});
