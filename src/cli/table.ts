export type Align = 'left' | 'right';

/** Rows as lines with aligned columns, two spaces apart; the last column is not padded. */
export function tableLines(rows: readonly (readonly string[])[], align: readonly Align[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, [...cell].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - [...cell].length);
        if (align[column] === 'right') return space + cell;
        return column === row.length - 1 ? cell : cell + space;
      })
      .join('  ')
      .trimEnd());
}
