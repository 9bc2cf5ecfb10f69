import { Component, type ReactNode } from 'react';
import styles from './connection/session-body.module.css';

/** Keeps a mistake in one tab from taking the others with it: React takes down everything around what throws. */
export class TabBoundary extends Component<
  { readonly children: ReactNode; readonly onClose: () => void },
  { readonly isBroken: boolean }
> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <div className={styles['session-body']} role="alert">
        <p>Something in this tab went wrong, and its session was ended. The other tabs go on.</p>
        <button type="button" className="button primary" onClick={this.props.onClose}>
          Close this tab
        </button>
      </div>
    );
  }
}
