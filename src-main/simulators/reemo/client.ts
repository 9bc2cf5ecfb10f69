/**
 * A stand-in for Reemo's web client, for a session's window: `Reemo.WebClient` with the events and calls its document
 * names. `connect` hands the object's token to the simulator's signal server, which takes each token once.
 */
export const reemoClientScript = `(() => {
  'use strict';
  const origin = new URL(document.currentScript.src).origin;
  let clients = 0;
  class WebClient {
    #listeners = new Map();
    #element;
    constructor() {
      clients += 1;
      if (clients > 1) throw new Error('at most one client per page');
    }
    on(event, listener) {
      this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
      return this;
    }
    #emit(event, value) {
      for (const listener of this.#listeners.get(event) ?? []) listener(value);
    }
    init(element) {
      this.#element = typeof element === 'string' ? document.getElementById(element) : element;
      this.#emit('created');
    }
    async connect(computer) {
      this.#emit('state', { state: 'STATE_CONNECTING' });
      let error;
      try {
        const answer = await fetch(origin + '/signal', { method: 'POST', body: JSON.stringify(computer) });
        if (!answer.ok) error = await answer.text();
      } catch {
        error = 'no signal server';
      }
      if (this.#element) this.#element.textContent = error === undefined ? computer.name : error;
      this.#emit('state', error === undefined ? { state: 'STATE_CONNECTED' } : { state: 'STATE_ERROR', error });
    }
    destroy() {
      this.#emit('beforeDestroy');
      clients -= 1;
      if (this.#element) this.#element.textContent = '';
    }
  }
  window.Reemo = { WebClient };
})();
`;
