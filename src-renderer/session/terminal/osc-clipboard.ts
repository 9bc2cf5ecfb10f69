/** Bytes of the most text that a program may put on the clipboard. */
const maxBytes = 1024 * 1024;

/**
 * The text that a program on the device wants on the clipboard, from the parameters of OSC 52 (xterm's ctlseqs:
 * `Pc ; Pd`, Pd in base64). Undefined: it asks for what is there, clears it, or sends nonsense. None of these is done.
 */
export const clipboardText = (parameters: string): string | undefined => {
  const at = parameters.indexOf(';');
  const data = parameters.slice(at + 1);
  if (at < 0 || data === '' || data === '?' || data.length > (maxBytes * 4) / 3) return undefined;
  try {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
