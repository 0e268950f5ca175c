import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export type Column<T> = { header: string; cell: (row: T) => ReactNode; isNumber?: boolean; isProse?: boolean };

/** Rows with named columns. Wider than the screen, it scrolls inside itself, by keyboard too. */
export function DataTable<T>({ caption, columns, rows, rowKey }: {
  caption: string; columns: Column<T>[]; rows: readonly T[]; rowKey: (row: T, index: number) => string;
}) {
  return (
    <section className="table-scroll" tabIndex={0} aria-label={caption}>
      <Table striped highlightOnHover verticalSpacing="xs" horizontalSpacing={6} fz="sm">
        <Table.Caption className="visually-hidden">{caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => <Table.Th key={column.header} ta={column.isNumber ? 'right' : 'left'} scope="col">{column.header}</Table.Th>)}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            <Table.Tr key={rowKey(row, index)}>
              {columns.map((column) => <Table.Td key={column.header} ta={column.isNumber ? 'right' : 'left'} className={column.isNumber ? 'number' : column.isProse ? 'prose' : undefined}>{column.cell(row)}</Table.Td>)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
