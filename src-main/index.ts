import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app, dialog } from 'electron';
import { chosenVault } from './cli/attach.ts';
import { composeCore, type Core } from './compose.ts';
import { sleep, type VaultKind } from './core/ports.ts';
import type { Result } from './core/errors.ts';
import { registerAppScheme } from './electron/app-scheme.ts';
import { copyText, startDesktop, type Desktop } from './electron/desktop.ts';
import { confineContents } from './electron/hardening.ts';
import { initialWindowState, parseWindowState } from './electron/window-state.ts';
import { locate } from './locations.ts';
import { jsonDocument } from './node/json-document.ts';
import { openProfile, type ProfilePaths } from './node/paths.ts';
import { readStaticAsset } from './node/static-assets.ts';
import { systemClock } from './node/system-clock.ts';

/** How long a command on the same profile may take before this gives up waiting for it, milliseconds. */
const patienceMs = 20_000;

// Chromium's own switches share the command line, so what is not ours is let through.
const { values } = parseArgs({
  args: process.argv.slice(1),
  strict: false,
  options: {
    profile: { type: 'string' },
    vault: { type: 'string' },
    hidden: { type: 'boolean' },
    demo: { type: 'boolean' },
  },
});
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const vaultChoice = (name: string | undefined): VaultKind | undefined =>
  name === 'keychain' || name === 'file' || name === 'memory' ? name : undefined;

/** A command line call may own the profile for a moment: it is waited for. */
const compose = async (profile: string, vault: VaultKind): Promise<Result<Core>> => {
  const until = systemClock.monotonic() + patienceMs;
  for (;;) {
    const core = await composeCore({
      profile,
      vault,
      host: 'desktop',
      lasting: true,
      demo: values['demo'] === true,
      forwardWorker: locate().forwardWorker,
      copyText,
    });
    if (core.ok || core.error.kind !== 'conflict' || systemClock.monotonic() > until) return core;
    await sleep(systemClock, 100);
  }
};

const fatal = (message: string, hint: string): void => {
  dialog.showErrorBox('Quayside could not start', `${message}\n\n${hint}`);
  app.exit(1);
};

const run = async (paths: ProfilePaths): Promise<void> => {
  await app.whenReady();

  const core = await compose(paths.profile, vaultChoice(text(values['vault'])) ?? chosenVault(undefined, paths.vault));
  if (!core.ok) return fatal(core.error.message, core.error.hint);
  const { renderer } = locate();
  const windowState = jsonDocument({
    path: join(paths.profile, 'window.json'),
    version: 1,
    migrations: [],
    parse: parseWindowState,
    fallback: initialWindowState,
  });
  const stored = await windowState.read();
  const desktop: Desktop = startDesktop({
    ...core.value,
    readAsset: (pathname) => readStaticAsset(renderer, pathname),
    windowState,
    initialState: stored.ok ? stored.value : initialWindowState,
    preload: join(import.meta.dirname, '../preload/index.cjs'),
    resources: join(import.meta.dirname, '../../resources'),
    hidden: values['hidden'] === true,
  });
  app.on('second-instance', () => desktop.showWindow());

  let closing = false;
  app.on('before-quit', (event) => {
    if (closing) return;
    // Tunnels are closed at the vendors first; the second quit is let through.
    event.preventDefault();
    closing = true;
    desktop.dispose();
    void core.value.dispose().finally(() => app.quit());
  });
  await core.value.start();
};

// All of this must have happened before Electron is ready, which it is not before this module is done.
app.enableSandbox();
registerAppScheme();
confineContents(app);
const profile = await openProfile(text(values['profile']));
if (!profile.ok) {
  fatal(profile.error.message, profile.error.hint);
} else {
  // Chromium's files belong to the profile too: two profiles are two applications.
  app.setPath('userData', join(profile.value.profile, 'chromium'));
  if (app.requestSingleInstanceLock()) void run(profile.value);
  else app.quit();
}
