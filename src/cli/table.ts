import { stripVTControlCharacters } from 'node:util';

/** A column of a table: its title, and whether its cells are numbers, which line up on the right. */
export interface TableColumn {
  readonly title: string;
  readonly numeric?: boolean;
}

/** A table in plain text, two spaces between columns; colours in cells take no room. No line ends in a space. */
export function formatTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => width(row[at] ?? ''))));
  return cells
    .map((row) =>
      columns
        .map(({ numeric }, at) => {
          const cell = row[at] ?? '';
          const room = ' '.repeat(widths[at]! - width(cell));
          return numeric === true ? room + cell : cell + room;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
