// A table that scrolls sideways inside its panel on narrow screens, with numbers on the right.
import {
  Table,
  TableScrollContainer,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  VisuallyHidden,
} from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column {
  readonly key: string;
  readonly label: string;
  readonly isNumber?: boolean;
  /** A header for readers of the page alone, where the cells speak for themselves. */
  readonly isLabelHidden?: boolean;
}

export interface DataTableProps {
  /** What the table holds, for those who do not see it. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly { readonly key: string; readonly cells: Readonly<Record<string, ReactNode>> }[];
  readonly minWidth?: number;
}

export function DataTable({ caption, columns, rows, minWidth = 640 }: DataTableProps) {
  return (
    <TableScrollContainer minWidth={minWidth} type="native" tabIndex={0} role="region" aria-label={caption}>
      <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover className="data-table">
        <caption className="hidden-caption">{caption}</caption>
        <TableThead>
          <TableTr>
            {columns.map(({ key, label, isNumber, isLabelHidden }) => (
              <TableTh key={key} scope="col" ta={isNumber ? 'right' : 'left'}>
                {isLabelHidden ? <VisuallyHidden>{label}</VisuallyHidden> : label}
              </TableTh>
            ))}
          </TableTr>
        </TableThead>
        <TableTbody>
          {rows.map(({ key, cells }) => (
            <TableTr key={key}>
              {columns.map((column) => (
                <TableTd
                  key={column.key}
                  ta={column.isNumber ? 'right' : 'left'}
                  {...(column.isNumber ? { className: 'number' } : {})}
                >
                  {cells[column.key]}
                </TableTd>
              ))}
            </TableTr>
          ))}
        </TableTbody>
      </Table>
    </TableScrollContainer>
  );
}
