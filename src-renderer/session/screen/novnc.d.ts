declare module '@novnc/novnc' {
  /** What we use of noVNC's RFB; the package has no types of its own. See its docs/API.md. */
  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: object, options?: { readonly shared?: boolean });
    viewOnly: boolean;
    scaleViewport: boolean;
    /** Whether there is a dot where the server sends no pointer, or one that cannot be seen. */
    showDotCursor: boolean;
    clipViewport: boolean;
    focusOnClick: boolean;
    background: string;
    disconnect(): void;
    sendCtrlAltDel(): void;
    sendKey(keysym: number, code: string, down: boolean): void;
    clipboardPasteFrom(text: string): void;
    focus(): void;
  }
}
