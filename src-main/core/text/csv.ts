/** What a spreadsheet takes for the beginning of a formula: also in full width, and behind blanks and line breaks. */
const formula = /^[\s\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/**
 * A cell of CSV (RFC 4180). Its text comes from outside: control characters other than tab and line breaks are removed,
 * and a text that a spreadsheet would take for a formula gets a leading apostrophe.
 */
export const csvCell = (text: string): string => {
  const plain = text.replaceAll(/\p{Cc}/gu, (control) => ('\t\r\n'.includes(control) ? control : ''));
  const safe = formula.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The cells of each line. Quoted cells may hold commas, line breaks and doubled quotes; others are trimmed. */
const cellsOf = (text: string): readonly (readonly string[])[] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let index = 0;
  while (index < text.length) {
    while (text[index] === ' ' || text[index] === '\t') index += 1;
    let value = '';
    if (text[index] === '"') {
      const quoted = /"((?:[^"]|"")*)"?/y;
      quoted.lastIndex = index;
      const match = quoted.exec(text);
      value = (match?.[1] ?? '').replaceAll('""', '"');
      index = quoted.lastIndex;
    }
    const start = index;
    while (index < text.length && text[index] !== ',' && text[index] !== '\n' && text[index] !== '\r') index += 1;
    row.push(value + text.slice(start, index).trim());
    if (text[index] === ',') {
      index += 1;
      if (index === text.length) row.push('');
    } else {
      if (text[index] === '\r' && text[index + 1] === '\n') index += 1;
      index += 1;
      rows.push(row);
      row = [];
    }
  }
  if (row.length > 0) rows.push(row);
  return rows;
};

/**
 * Comma-separated values with a header row, as one object a line, by column name. Empty lines and columns without a
 * name are left out; a short line has fewer members.
 */
export const parseCsv = (text: string): readonly Readonly<Record<string, string>>[] => {
  const [header = [], ...body] = cellsOf(text.replace(/^\uFEFF/, '')).filter((cells) =>
    cells.some((value) => value !== ''),
  );
  return body.map((cells) =>
    Object.fromEntries(
      header.flatMap((name, column): readonly (readonly [string, string])[] => {
        const value = cells[column];
        return name === '' || value === undefined ? [] : [[name, value]];
      }),
    ),
  );
};
