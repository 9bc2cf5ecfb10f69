/** A chosen file, its content in base64. */
export interface ChosenFile {
  readonly name: string;
  readonly base64: string;
}

/** Bytes of the largest file that crosses to main in one message, base64 and all. */
export const maxFileBytes = 4_500_000;

/** The name and the content of a file that the user has chosen; undefined if it cannot be read. */
export const readFile = (file: File): Promise<ChosenFile | undefined> =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => {
      // A data URL, whose content is what follows the comma.
      const text = typeof reader.result === 'string' ? reader.result : '';
      resolve({ name: file.name, base64: text.slice(text.indexOf(',') + 1) });
    };
    reader.onerror = () => resolve(undefined);
    reader.readAsDataURL(file);
  });
