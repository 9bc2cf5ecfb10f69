import { expect, test } from 'vitest';
import { packagedWords } from './packaged-words.ts';

const linux = { platform: 'linux', execPath: '/opt/Quayside/quayside-desktop', appImage: undefined, asRoot: false };
const headless = ['--ozone-platform=headless', '--disable-gpu', '--cli', '--'];

test.each([
  ['Linux', linux, ['/opt/Quayside/quayside-desktop', ...headless]],
  ['Linux as root', { ...linux, asRoot: true }, ['/opt/Quayside/quayside-desktop', '--no-sandbox', ...headless]],
  [
    'an AppImage, by the file that stays',
    { ...linux, execPath: '/tmp/.mount_Quay/quayside-desktop', appImage: '/home/ada/Quayside.AppImage' },
    ['/home/ada/Quayside.AppImage', ...headless],
  ],
  [
    'macOS',
    { ...linux, platform: 'darwin', execPath: '/Applications/Quayside.app/Contents/MacOS/Quayside' },
    ['/Applications/Quayside.app/Contents/MacOS/Quayside', '--cli', '--'],
  ],
])('a packaged application is run as a command on %s', (_name, place, words) => {
  expect(packagedWords(place)).toEqual(words);
});
