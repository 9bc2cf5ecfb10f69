// node build/fetch-electron.mjs [FOLDER]: puts Electron's archive into Electron's own cache, with progress, and lets
// Electron's install script check and unpack it. Needs the packages' Node; says why it failed on standard output.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { downloadArtifact } from '@electron/get';

import { root } from './bootstrap.mjs';

/** Milliseconds until the first byte, and between two bytes after it. */
const firstByteMs = 15_000;
const silenceMs = 30_000;
const megabyte = 1024 * 1024;

/** Ends a download that brings nothing, by an abort with the reason. @param {{ firstByteMs: number, silenceMs: number }} limits */
const watchBytes = (limits) => {
  const over = new AbortController();
  /** @param {number} ms @param {string} words */
  const arm = (ms, words) => setTimeout(() => over.abort(new Error(`${words} within ${Math.round(ms / 1000)} s`)), ms);
  let timer = arm(limits.firstByteMs, 'no answer');
  return {
    signal: over.signal,
    heard: () => {
      clearTimeout(timer);
      timer = arm(limits.silenceMs, 'it broke off: nothing more came');
    },
    end: () => clearTimeout(timer),
  };
};

/**
 * Tells the progress in one line of a terminal, or in a line for each fifth if there is none.
 * @param {Pick<NodeJS.WriteStream, 'isTTY' | 'write'>} stream
 */
const progressTo = (stream) => {
  let told = -1;
  /** @param {{ transferred: number, total: number | null }} state */
  return ({ transferred, total }) => {
    const size = total === null ? '' : ` of ${Math.round(total / megabyte)}`;
    const step = total === null ? Math.floor(transferred / (20 * megabyte)) : Math.floor((transferred / total) * 5);
    const line = `Fetching Electron: ${Math.round(transferred / megabyte)}${size} MB`;
    if (stream.isTTY === true) stream.write(`\r${line}`);
    else if (step > told) stream.write(`${line}\n`);
    told = Math.max(told, step);
  };
};

/** The causes of a failure in one line; `fetch` hides its own in `cause`. @param {unknown} error */
const causes = (error) => {
  const words = [];
  for (let at = error; at instanceof Error; at = at.cause)
    words.push(at.message || ('code' in at ? String(at.code) : at.name));
  return words.join(': ').replaceAll(/\s+/g, ' ');
};

/**
 * Runs Electron's own installer, which finds the archive in its cache.
 * @param {string} installer @returns {Promise<string | undefined>} why it failed
 */
const unpack = async (installer) => {
  const child = spawn(process.execPath, [installer], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    words += chunk;
  });
  const [code] = await once(child, 'close');
  return code === 0 ? undefined : `it could not be unpacked (${words.trim().split('\n')[0]})`;
};

/**
 * Fetches and unpacks the Electron of the packages in a folder. ELECTRON_MIRROR and the other variables of Electron's
 * own installer count.
 * @param {string} folder a checkout with its packages
 * @param {{ limits?: { firstByteMs: number, silenceMs: number }, progress?: NodeJS.WriteStream }} [options]
 * @returns {Promise<string | undefined>} why it failed
 */
export const fetchElectron = async (
  folder,
  { limits = { firstByteMs, silenceMs }, progress = process.stderr } = {},
) => {
  const electron = join(folder, 'node_modules/electron');
  const installer = join(electron, 'install.js');
  if (!existsSync(installer)) return 'the package electron is not installed';
  const { version } = JSON.parse(readFileSync(join(electron, 'package.json'), 'utf8'));
  const cacheRoot = process.env['electron_config_cache'];
  const watch = watchBytes(limits);
  const tell = progressTo(progress);
  /** @param {{ transferred: number, total: number | null }} state */
  const progressed = (state) => {
    watch.heard();
    // The list of checksums is a separate file, too small to report progress for.
    if (state.total === null || state.total > megabyte) tell(state);
  };
  try {
    await downloadArtifact({
      version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      ...(cacheRoot === undefined ? {} : { cacheRoot }),
      checksums:
        process.env['electron_use_remote_checksums'] === undefined
          ? JSON.parse(readFileSync(join(electron, 'checksums.json'), 'utf8'))
          : undefined,
      downloadOptions: {
        quiet: true,
        signal: watch.signal,
        getProgressCallback: progressed,
      },
    });
  } catch (error) {
    return causes(watch.signal.aborted ? watch.signal.reason : error);
  } finally {
    watch.end();
    if (progress.isTTY === true) progress.write('\n');
  }
  return unpack(installer);
};

// `import.meta.main` came with Node 24.2, and a Mac may have 22.
if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  const failure = await fetchElectron(process.argv[2] ?? root);
  if (failure !== undefined) {
    console.log(failure);
    process.exitCode = 1;
  }
}
