import { expect, it } from 'vitest';
import { childEnvironment } from './launch-plan.ts';

it('a program started from an AppImage finds its own libraries, not those of the AppImage', () => {
  // What AppRun of electron-builder sets (app-builder-lib, appImageUtil.js).
  const environment = childEnvironment({
    APPDIR: '/tmp/.mount_quay',
    APPIMAGE: '/home/me/Quayside.AppImage',
    ARGV0: './Quayside.AppImage',
    OWD: '/home/me',
    PATH: '/tmp/.mount_quay:/tmp/.mount_quay/usr/sbin:/usr/bin:/bin',
    LD_LIBRARY_PATH: '/tmp/.mount_quay/usr/lib',
    XDG_DATA_DIRS: '/tmp/.mount_quay/usr/share/:/usr/share',
    CHROME_DESKTOP: 'io.github.quayside.desktop',
    LANG: 'C',
  });
  expect(environment).toEqual({
    APPIMAGE: '/home/me/Quayside.AppImage',
    PATH: '/usr/bin:/bin',
    XDG_DATA_DIRS: '/usr/share',
    LANG: 'C',
  });
});

it('outside of one every path stays as it is', () => {
  const own = { PATH: '/usr/bin:/bin', XDG_DATA_DIRS: '/usr/share', OWD: '/home/me' };
  expect(childEnvironment(own)).toEqual(own);
});
