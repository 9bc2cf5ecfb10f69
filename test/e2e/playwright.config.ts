import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { browserArguments, windowedChromium } from './browser.ts';

/** Debian's Chromium without a window: the same pages for a fifth less of both cores. */
const lightChromium = '/usr/lib/chromium/chromium-headless-shell';

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  // Two cores: the application, its simulators, sshd and Chromium already share them.
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: {
    timeout: 10_000,
    // Letters may be smoothed a little otherwise; a word that moved or changed is more than one pixel in a thousand.
    toHaveScreenshot: { threshold: 0.1, maxDiffPixelRatio: 0.001 },
  },
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  reporter: process.env['CI'] === undefined ? 'list' : 'line',
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: existsSync(lightChromium) ? lightChromium : windowedChromium,
      args: browserArguments,
    },
    trace: 'off',
    screenshot: 'off',
  },
});
