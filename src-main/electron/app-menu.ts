import { Menu, type MenuItemConstructorOptions } from 'electron';

/** The application's own menu: macOS needs it for copy and paste, and Quit must exist without a tray. */
export const setAppMenu = (openSettings: () => void): void => {
  const settings: MenuItemConstructorOptions = {
    label: 'Settings…',
    accelerator: 'CommandOrControl+,',
    // The page handles this shortcut itself and decides where it works. The menu item only shows it and can be clicked.
    registerAccelerator: false,
    click: openSettings,
  };
  const first: MenuItemConstructorOptions =
    process.platform === 'darwin'
      ? {
          role: 'appMenu',
          submenu: [
            { role: 'about' },
            { type: 'separator' },
            settings,
            { type: 'separator' },
            { role: 'hide' },
            { role: 'hideOthers' },
            { role: 'unhide' },
            { type: 'separator' },
            { role: 'quit' },
          ],
        }
      : {
          label: '&Quayside',
          submenu: [settings, { role: 'close' }, { type: 'separator' }, { role: 'quit', accelerator: 'Control+Q' }],
        };
  Menu.setApplicationMenu(Menu.buildFromTemplate([first, { role: 'editMenu' }, { role: 'windowMenu' }]));
};
