import { expect, test } from 'vitest';
import { appImageWords } from './app-image-words.ts';

const env = { APPIMAGE: '/home/ada/Quayside.AppImage', APPDIR: '/tmp/.mount_Quay' };
const inside = { execPath: '/tmp/.mount_Quay/resources/command/node', env, asRoot: false };
const headless = ['--ozone-platform=headless', '--disable-gpu', '--cli', '--'];

test.each([
  ['an AppImage, by the file that stays', inside, ['/home/ada/Quayside.AppImage', ...headless]],
  ['as root', { ...inside, asRoot: true }, ['/home/ada/Quayside.AppImage', '--no-sandbox', ...headless]],
  [
    'what was started in a terminal of an AppImage',
    { ...inside, execPath: '/opt/Quayside/resources/command/node' },
    undefined,
  ],
  ['a folder that begins alike', { ...inside, execPath: '/tmp/.mount_Quay2/resources/command/node' }, undefined],
  ['any other program', { execPath: '/opt/Quayside/resources/command/node', env: {}, asRoot: false }, undefined],
])('the words of %s', (_name, place, words) => {
  expect(appImageWords(place)).toEqual(words);
});
