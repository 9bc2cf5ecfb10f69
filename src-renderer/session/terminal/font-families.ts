/** Fonts with letters of one width that come with systems or are installed for terminals. */
const known = [
  ...['Cascadia Code', 'Cascadia Mono', 'Consolas', 'Courier New', 'Lucida Console'],
  ...['Menlo', 'Monaco', 'SF Mono', 'Andale Mono'],
  ...['DejaVu Sans Mono', 'Liberation Mono', 'Noto Sans Mono', 'Ubuntu Mono', 'Ubuntu Sans Mono', 'Hack'],
  ...['Fira Code', 'Fira Mono', 'IBM Plex Mono', 'Inconsolata', 'Iosevka', 'JetBrains Mono', 'Roboto Mono'],
  ...['Source Code Pro', 'Victor Mono', 'Adwaita Mono', 'Monaspace Neon'],
] as const;

/**
 * Those of the known fonts that are on this computer. `widthOf` measures a text in a list of families; a font that is
 * not there leaves the widths of what comes after it.
 */
export const fontsHere = (widthOf: (families: string) => number): readonly string[] => {
  const behind = ['serif', 'sans-serif'] as const;
  const without = behind.map(widthOf);
  return known.filter((name) =>
    behind.some((family, at) => widthOf(`${JSON.stringify(name)}, ${family}`) !== without[at]),
  );
};

/** Measures in a canvas of this page. */
export const measureInPage = (): ((families: string) => number) => {
  const pen = document.createElement('canvas').getContext('2d');
  return (families) => {
    if (pen === null) return 0;
    pen.font = `40px ${families}`;
    return pen.measureText('mmmmmmmmmmlli0O').width;
  };
};
