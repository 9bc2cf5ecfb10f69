/** Chromium as people have it, from the system's packages. */
export const windowedChromium = process.env['QUAYSIDE_CHROMIUM'] ?? '/usr/bin/chromium';

/** What every browser of the tests is started with. */
export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Electron's pages hear that the other end of a port is gone (docs/tutorial/message-ports.md); a browser's do not.
  '--enable-blink-features=MessagePortCloseEvent',
];
