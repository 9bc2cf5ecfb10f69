/* oxlint-disable typescript/no-require-imports, typescript/no-unsafe-assignment, typescript/no-unsafe-member-access, typescript/no-unsafe-call, typescript/no-unsafe-return, typescript/no-unsafe-argument */
// Loaded before the application, in the stand-in and in a real Electron alike (`-r`): remembers what Electron has no
// way to be asked for afterwards. `globalThis.recorded` is for the functions that tests evaluate in main.

/** @param {typeof import('electron')} electron */
const record = (electron) => {
  const recorded = {
    menu: undefined,
    menus: 0,
    tray: undefined,
    toolTip: '',
    images: 0,
    /** Milliseconds from the start of the process to the first menu. */
    firstMenuAt: undefined,
    shortcuts: new Map(),
    /** Accelerators that another program is made to hold. */
    taken: new Set(),
    notices: [],
    dialogs: [],
    external: [],
  };
  globalThis.recorded = recorded;
  /** Calls `note` with the arguments before the method itself. */
  const watch = (owner, name, note) => {
    const original = owner[name];
    owner[name] = function watched(...args) {
      const instead = note(this, ...args);
      return instead === undefined ? original.apply(this, args) : instead.value;
    };
  };
  watch(electron.Tray.prototype, 'setContextMenu', (tray, menu) => {
    recorded.tray = tray;
    recorded.menu = menu;
    recorded.menus += 1;
    recorded.firstMenuAt ??= performance.now();
  });
  watch(electron.Tray.prototype, 'setToolTip', (_tray, text) => {
    recorded.toolTip = text;
  });
  watch(electron.Tray.prototype, 'setImage', () => {
    recorded.images += 1;
  });
  watch(electron.Notification.prototype, 'show', (notice) => {
    recorded.notices.push(notice);
  });
  watch(electron.globalShortcut, 'register', (_module, accelerator, run) => {
    if (recorded.taken.has(accelerator)) return { value: false };
    recorded.shortcuts.set(accelerator, run);
    return undefined;
  });
  watch(electron.globalShortcut, 'unregisterAll', () => {
    recorded.shortcuts.clear();
  });
  watch(electron.shell, 'openExternal', (_module, url) => {
    recorded.external.push(url);
    // Nothing is opened on the machine of a test.
    return { value: Promise.resolve() };
  });
  watch(electron.dialog, 'showMessageBox', (_module, ...args) => {
    const options = args.at(-1);
    recorded.dialogs.push(options.message);
    return { value: Promise.resolve({ response: options.cancelId ?? 0, checkboxChecked: false }) };
  });
};

module.exports = { record };
if (process.versions.electron !== undefined) record(require('electron'));
