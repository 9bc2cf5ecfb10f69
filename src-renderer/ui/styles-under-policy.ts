/**
 * xterm puts its computed rules into `<style>` elements and some colours into `style` attributes; both are what our
 * policy (`style-src 'self'`) refuses, and xterm has no option for it. Style sheets and properties set by script are
 * not: so a `<style>` made here is a stand-in whose text becomes a constructed style sheet, and a `style` attribute
 * becomes properties. The policy stays as strict as everywhere; only script that runs already gains anything.
 */
let installed = false;

const standIn = (): HTMLElement => {
  const element = document.createElement('template');
  const sheet = new CSSStyleSheet();
  Object.defineProperty(element, 'textContent', {
    get: () => '',
    set: (text: string) => {
      sheet.replaceSync(text);
      if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
    },
  });
  Object.defineProperty(element, 'remove', {
    value: () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
      Element.prototype.remove.call(element);
    },
  });
  return element;
};

/** Makes this page bear xterm under our policy. Called once, before the first terminal. */
export const allowComputedStyles = (): void => {
  if (installed) return;
  installed = true;
  const { prototype } = Element;
  const create = Reflect.get(document, 'createElement').bind<
    (name: string, options?: ElementCreationOptions) => HTMLElement
  >(document);
  Object.defineProperty(document, 'createElement', {
    value: (name: string, options?: ElementCreationOptions) => (name === 'style' ? standIn() : create(name, options)),
  });
  Object.defineProperty(HTMLSpanElement.prototype, 'setAttribute', {
    value(this: HTMLElement, name: string, value: string): void {
      if (name === 'style') this.style.cssText = value;
      else prototype.setAttribute.call(this, name, value);
    },
  });
};
