import { useState } from 'react';
import { pastedLink } from './pasted-link.ts';

/** What the window shows when Quayside was started again and no longer knows this browser. */
export const NewLinkStrip = (): React.ReactNode => {
  const [isWrong, setIsWrong] = useState(false);
  return (
    <div className="strip new-link" role="status">
      <span className="strip-dot" aria-hidden="true" />
      <span>
        {isWrong ? (
          <>This is no link of Quayside. It looks like {location.origin}/?token=… </>
        ) : (
          <>
            Quayside was started again, or has not let this browser in. Open it with <code>quayside serve --open</code>,
            or paste the new link.
          </>
        )}
      </span>
      <form
        className="unlock"
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget).get('link');
          const link = pastedLink(typeof given === 'string' ? given : '');
          if (link === undefined) setIsWrong(true);
          else location.assign(link);
        }}
      >
        <input
          className="input"
          name="link"
          required
          autoComplete="off"
          spellCheck={false}
          aria-label="New link"
          placeholder="http://127.0.0.1…"
        />
        <button type="submit" className="button primary small">
          Open
        </button>
      </form>
    </div>
  );
};
