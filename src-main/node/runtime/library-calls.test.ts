import { expect, test } from 'vitest';
import { LibraryCalls } from './library-calls.ts';

test('what a library handed in is called while its object lives, and not once after', () => {
  const heard: string[] = [];
  const calls = new LibraryCalls(() => expect.fail('nothing broke'));
  const verify = calls.theirs((answer: string) => heard.push(answer));
  const hear = calls.ours((word: string) => heard.push(word));
  verify('yes');
  calls.end();
  verify('too late');
  hear('closed');
  expect(heard).toEqual(['yes', 'closed']);
});

test('an answer that comes after the end goes nowhere', async () => {
  const calls = new LibraryCalls(() => expect.fail('nothing broke'));
  const answer = Promise.resolve('yes');
  calls.after(answer, () => expect.fail('the object is gone'));
  calls.end();
  await answer;
});
