import { defineConfig } from '@playwright/test';

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
      executablePath: process.env['QUAYSIDE_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Electron's pages hear that the other end of a port is gone (docs/tutorial/message-ports.md); a browser's do not.
        '--enable-blink-features=MessagePortCloseEvent',
      ],
    },
    trace: 'off',
    screenshot: 'off',
  },
});
