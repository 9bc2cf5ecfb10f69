// The package has no types; this file of ours is no module that could be imported.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./novnc.d.ts" />
import RFB from '@novnc/novnc';
import { Keyboard, RotateCw } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import type { SessionPlace } from '../../../src-preload/contract/session.ts';
import { request } from '../../state/main-state.ts';
import { toast, toastError } from '../../state/view-store.ts';
import { IconButton } from '../../ui/controls.tsx';
import { LeavingKey, SessionCover } from '../connection/session-cover.tsx';
import { useSession } from '../connection/use-session.ts';
import { classNames } from '../../ui/class-names.ts';
import sessionBodyStyles from '../connection/session-body.module.css';
import screenTabStyles from './screen-tab.module.css';

/** Whether the keyboard is nowhere, or in the same tab: a screen that comes back by itself takes it from nobody. */
const isFreeFor = (host: HTMLElement | null): boolean => {
  const { activeElement } = document;
  return (
    activeElement === null ||
    activeElement === document.body ||
    host?.closest('[data-part=pane]')?.contains(activeElement) === true
  );
};

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
        // noVNC reuses the buffer that it hands over.
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

/** Whether the first whole picture has come: it ends in the lower right, and nothing of the device's is transparent. */
const isPainted = (canvas: HTMLCanvasElement): boolean =>
  canvas.width > 0 &&
  canvas.height > 0 &&
  (canvas.getContext('2d')?.getImageData(canvas.width - 1, canvas.height - 1, 1, 1).data[3] ?? 0) > 0;

const notUnderstood: ErrorView = {
  kind: 'bad-response',
  message: 'What the device sent is no screen that Quayside understands.',
  hint: 'Reconnect, or open it in a VNC viewer: choose Connect in the device’s panel.',
};

/** What a screen showed last, copied before noVNC takes its own picture away; undefined if it had shown nothing. */
const copyPicture = (shown: HTMLCanvasElement | null | undefined): HTMLCanvasElement | undefined => {
  if (shown === null || shown === undefined || !isPainted(shown)) return undefined;
  const copy = document.createElement('canvas');
  copy.width = shown.width;
  copy.height = shown.height;
  copy.getContext('2d')?.drawImage(shown, 0, 0);
  return copy;
};

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
  /** Where the last picture stays while there is no connection. */
  const last = useRef<HTMLDivElement>(null);
  const viewer = useRef<{ readonly rfb: RFB; readonly socket: ScreenSocket } | undefined>(undefined);
  /** Codes of the keys that are pressed on the screen. */
  const held = useRef(new Set<string>());
  const [fits, setFits] = useState(true);
  const [viewOnly, setViewOnly] = useState(false);
  const [clipboard, setClipboard] = useState(false);
  const [copied, setCopied] = useState('');
  const [name, setName] = useState('');

  /** Keys that are released elsewhere would stay pressed at the device. noVNC knows which keysym each was pressed with. */
  const releaseKeys = (): void => {
    const canvas = host.current?.querySelector('canvas');
    for (const code of held.current) canvas?.dispatchEvent(new KeyboardEvent('keyup', { code, bubbles: true }));
    held.current.clear();
  };
  const stop = (): void => {
    const made = viewer.current;
    viewer.current = undefined;
    const picture = made === undefined ? undefined : copyPicture(host.current?.querySelector('canvas'));
    if (picture !== undefined) last.current?.replaceChildren(picture);
    made?.socket.close();
    host.current?.replaceChildren();
  };
  /** Takes the last picture away once there is a new one. */
  const unveil = (): void => {
    const canvas = host.current?.querySelector('canvas');
    if (canvas !== null && canvas !== undefined && isPainted(canvas)) last.current?.replaceChildren();
  };
  const session = useSession(place, {
    comesBack: true,
    options: () => ({}),
    bytes: (bytes, taken) => {
      try {
        viewer.current?.socket.receive(bytes);
      } catch {
        // noVNC throws at some of what it cannot read; it has no idea of the rest then.
        return session.drop(notUnderstood);
      }
      taken();
      if (last.current?.hasChildNodes() === true) requestAnimationFrame(unveil);
    },
    opened: () => {
      stop();
      const element = host.current;
      if (element === null) return;
      const socket = new ScreenSocket((bytes) => session.handle.current?.send(bytes));
      let rfb: RFB;
      try {
        rfb = new RFB(element, socket, { shared: true });
      } catch {
        return session.drop(notUnderstood);
      }
      rfb.scaleViewport = fits;
      rfb.viewOnly = viewOnly;
      rfb.showDotCursor = true;
      held.current.clear();
      rfb.background = 'transparent';
      rfb.addEventListener('desktopname', (event) => {
        if (event instanceof CustomEvent) setName(String((event.detail as { readonly name: unknown }).name));
      });
      rfb.addEventListener('clipboard', (event) => {
        if (event instanceof CustomEvent) setCopied(String((event.detail as { readonly text: unknown }).text));
      });
      rfb.addEventListener('disconnect', () => {
        if (viewer.current?.rfb === rfb) session.drop(notUnderstood);
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
    if (phase.name !== 'open') stop();
    else if (shown && isFreeFor(host.current)) viewer.current?.rfb.focus();
  }, [phase.name, shown]);
  useEffect(() => stop, []);

  const openElsewhere = async (): Promise<void> => {
    const opened = await request('launch.open', { deviceKey: place.deviceKey, serviceId: place.serviceId });
    if (!opened.ok) return toastError(opened.error);
    toast({ tone: 'done', text: `Opened ${device} in ${opened.value.launcher}.` });
  };

  return (
    <div
      className={classNames(sessionBodyStyles['session-body'], sessionBodyStyles['screen-body'])}
      data-phase={phase.name}
    >
      <div className={sessionBodyStyles['session-tools']} role="toolbar" aria-label={`Screen of ${device}`}>
        <span className={classNames('ellipsis', sessionBodyStyles['session-fact'])} title={name}>
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
          aria-label="Ctrl Alt Del"
          data-tip="Send Ctrl Alt Del"
          disabled={phase.name !== 'open' || viewOnly}
          onClick={() => viewer.current?.rfb.sendCtrlAltDel()}
        >
          <Keyboard size={14} aria-hidden="true" />
          <span className={sessionBodyStyles['key-name']}>Ctrl Alt Del</span>
        </button>
        <IconButton icon={RotateCw} label="Reconnect" onClick={session.reconnect} />
      </div>
      {clipboard && phase.name === 'open' ? (
        <div className={screenTabStyles['session-clipboard']}>
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
      <div className={sessionBodyStyles['session-stage']}>
        <div
          ref={host}
          data-part="screen"
          className={classNames(screenTabStyles['screen-host'], fits ? '' : screenTabStyles['unscaled'])}
          onKeyDownCapture={(event) => void held.current.add(event.code)}
          onKeyUpCapture={(event) => void held.current.delete(event.code)}
          onBlur={releaseKeys}
        />
        <div
          ref={last}
          data-part="last-picture"
          className={classNames(screenTabStyles['screen-last'], fits ? '' : screenTabStyles['unscaled'])}
        />
        <SessionCover
          device={device}
          session={session}
          elsewhere={{ label: 'Open in a VNC program', run: () => void openElsewhere() }}
        />
      </div>
    </div>
  );
};
