import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/** Contexts that may be lost before a terminal is drawn without the graphics card until its tab is closed. */
const maxLost = 3;

/** What draws in place of a graphics card: SwiftShader of Chromium, llvmpipe and softpipe of Mesa, Windows' own. */
const software = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let isFast: boolean | undefined;

/** Whether this computer draws by a graphics card: software that plays one takes the time of the page. */
const hasGraphicsCard = (): boolean => {
  if (isFast === undefined) {
    const probe = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
    const names = probe?.getExtension('WEBGL_debug_renderer_info') ?? undefined;
    const drawer: unknown = names === undefined ? '' : probe?.getParameter(names.UNMASKED_RENDERER_WEBGL);
    isFast = probe !== null && !software.test(String(drawer));
    probe?.getExtension('WEBGL_lose_context')?.loseContext();
  }
  return isFast;
};

/**
 * How a terminal is drawn: by the graphics card while it is on show, and by elements of the page where there is none or
 * its context is lost. Chromium gives all pages of a process about sixteen contexts and takes the oldest away for a new
 * one, so a terminal that is not on show gives its own back.
 */
export class TerminalDrawing {
  readonly #terminal: Terminal;
  #addon: WebglAddon | undefined;
  #lost = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Called when the terminal comes on show. */
  show(): void {
    if (this.#addon !== undefined || this.#lost >= maxLost || !hasGraphicsCard()) return;
    const addon = new WebglAddon();
    addon.onContextLoss(() => {
      this.#lost += 1;
      this.hide();
    });
    try {
      this.#terminal.loadAddon(addon);
      this.#addon = addon;
    } catch {
      // The card is there and gives nothing.
      this.#lost = maxLost;
      addon.dispose();
    }
  }

  /** Called when the terminal is hidden, and before it is disposed of. */
  hide(): void {
    const addon = this.#addon;
    if (addon === undefined) return;
    this.#addon = undefined;
    const contexts = [...(this.#terminal.element?.querySelectorAll('canvas') ?? [])].map((canvas) =>
      canvas.getContext('webgl2'),
    );
    addon.dispose();
    // Otherwise it stays until the garbage is collected.
    for (const context of contexts) context?.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
