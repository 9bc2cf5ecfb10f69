/** Where a packaged application runs. */
export interface PackagedPlace {
  readonly platform: string;
  readonly execPath: string;
  /** The file an AppImage was started from; what it runs from is gone after it. */
  readonly appImage: string | undefined;
  readonly asRoot: boolean;
}

/**
 * The words that run the command line of a packaged application, where no Node is: an entry of the application itself.
 * On Linux it needs no display, and as root no sandbox, which Chromium refuses there; a command opens no window. The
 * launcher build/launcher/quayside says the same.
 */
export const packagedWords = ({ platform, execPath, appImage, asRoot }: PackagedPlace): readonly string[] =>
  platform === 'linux'
    ? [
        appImage ?? execPath,
        ...(asRoot ? ['--no-sandbox'] : []),
        '--ozone-platform=headless',
        '--disable-gpu',
        '--cli',
        '--',
      ]
    : [execPath, '--cli', '--'];
