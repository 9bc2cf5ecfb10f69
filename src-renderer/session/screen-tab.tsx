// The package has no types; this file of ours is no module that could be imported.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./novnc.d.ts" />
import RFB from '@novnc/novnc';
import { Keyboard, RotateCw } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { SessionPlace } from '../../src-preload/contract/session-frames.ts';
import { IconButton } from '../ui/controls.tsx';
import { LeavingKey, SessionCover } from './session-state.tsx';
import { useSession } from './use-session.ts';

/** Keys that are held while others are pressed, with their X11 keysyms. */
const modifiers = [
  ['ShiftLeft', 0xffe1],
  ['ControlLeft', 0xffe3],
  ['ControlRight', 0xffe4],
  ['AltLeft', 0xffe9],
  ['MetaLeft', 0xffeb],
] as const;

/** What noVNC takes for a socket that is open already. */
class ScreenSocket {
  binaryType = 'arraybuffer';
  protocol = '';
  readyState = 'open';
  onopen: (() => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: { readonly data: ArrayBuffer }) => void) | null = null;
  readonly send: (data: ArrayBuffer | ArrayBufferView<ArrayBuffer>) => void;

  constructor(write: (bytes: Uint8Array) => void) {
    this.send = (data) =>
      write(
        // noVNC goes on writing into the buffer it hands over.
        data instanceof ArrayBuffer
          ? new Uint8Array(data.slice(0))
          : new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
      );
  }

  /** Tells noVNC that it is over. */
  close(): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.onclose?.(new CloseEvent('close', { code: 1000, wasClean: true }));
  }

  receive(bytes: Uint8Array): void {
    const data = bytes.slice().buffer;
    this.onmessage?.({ data });
  }
}

/** The screen of a device. */
export const ScreenTab = ({
  place,
  device,
  shown,
}: {
  readonly place: SessionPlace;
  readonly device: string;
  readonly shown: boolean;
}): React.ReactNode => {
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const viewer = useRef<{ readonly rfb: RFB; readonly socket: ScreenSocket } | undefined>(undefined);
  const [fits, setFits] = useState(true);
  const [viewOnly, setViewOnly] = useState(false);
  const [clipboard, setClipboard] = useState(false);
  const [copied, setCopied] = useState('');
  const [name, setName] = useState('');

  const stop = (): void => {
    const made = viewer.current;
    viewer.current = undefined;
    made?.socket.close();
    host.current?.replaceChildren();
  };
  const session = useSession(place, {
    options: () => ({}),
    bytes: (bytes, taken) => {
      viewer.current?.socket.receive(bytes);
      taken();
    },
    opened: () => {
      stop();
      const element = host.current;
      if (element === null) return;
      const socket = new ScreenSocket((bytes) => session.handle.current?.send(bytes));
      const rfb = new RFB(element, socket, { shared: true });
      rfb.scaleViewport = fits;
      rfb.viewOnly = viewOnly;
      rfb.background = 'transparent';
      rfb.addEventListener('desktopname', (event) => {
        if (event instanceof CustomEvent) setName(String((event.detail as { readonly name: unknown }).name));
      });
      rfb.addEventListener('clipboard', (event) => {
        if (event instanceof CustomEvent) setCopied(String((event.detail as { readonly text: unknown }).text));
      });
      viewer.current = { rfb, socket };
    },
  });
  const { phase } = session;
  useEffect(() => {
    const rfb = viewer.current?.rfb;
    if (rfb === undefined) return;
    rfb.scaleViewport = fits;
    rfb.viewOnly = viewOnly;
  }, [fits, viewOnly, phase.name]);
  useEffect(() => {
    if (phase.name === 'ended') stop();
    if (phase.name === 'open' && shown) viewer.current?.rfb.focus();
  }, [phase.name, shown]);
  useEffect(() => stop, []);

  return (
    <div className="session-body screen-body" data-phase={phase.name}>
      <div className="session-tools" role="toolbar" aria-label={`Screen of ${device}`}>
        <span className="session-fact ellipsis" title={name}>
          {phase.name === 'open' ? name : ''}
        </span>
        {phase.name === 'open' ? <LeavingKey from="screen" /> : null}
        <label className="check">
          <input type="checkbox" checked={fits} onChange={(event) => setFits(event.target.checked)} />
          Fit
        </label>
        <label className="check">
          <input type="checkbox" checked={viewOnly} onChange={(event) => setViewOnly(event.target.checked)} />
          View only
        </label>
        <label className="check">
          <input
            type="checkbox"
            role="switch"
            checked={clipboard}
            onChange={(event) => {
              setClipboard(event.target.checked);
              setCopied('');
            }}
          />
          Share clipboard
        </label>
        <button
          type="button"
          className="button small"
          disabled={phase.name !== 'open' || viewOnly}
          onClick={() => viewer.current?.rfb.sendCtrlAltDel()}
        >
          <Keyboard size={14} aria-hidden="true" />
          Ctrl Alt Del
        </button>
        <IconButton icon={RotateCw} label="Reconnect" onClick={session.reconnect} />
      </div>
      {clipboard && phase.name === 'open' ? (
        <div className="session-clipboard">
          <label htmlFor={id}>Clipboard of {device}</label>
          <textarea
            id={id}
            className="input"
            rows={2}
            value={copied}
            placeholder="What is copied there appears here; what you paste here can be pasted there."
            onChange={(event) => {
              setCopied(event.target.value);
              viewer.current?.rfb.clipboardPasteFrom(event.target.value);
            }}
          />
        </div>
      ) : null}
      <div className="session-stage">
        <div
          ref={host}
          className={`screen-host ${fits ? '' : 'unscaled'}`}
          onBlur={() => {
            // Let go of elsewhere, they would stay down at the device.
            for (const [code, keysym] of modifiers) viewer.current?.rfb.sendKey(keysym, code, false);
          }}
        />
        <SessionCover device={device} session={session} />
      </div>
    </div>
  );
};
