import { useId, type ReactElement, type ReactNode } from 'react'

export interface Column {
  readonly name: string
  readonly isNumeric?: boolean
}

/** A table that scrolls in its own region on narrow screens; the region takes the focus so that keys can scroll it. */
export function DataTable({
  caption,
  columns,
  children,
}: {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly children: ReactNode
}): ReactElement {
  const id = useId()
  return (
    <div className="table-region" role="region" aria-labelledby={id} tabIndex={0}>
      <table>
        <caption id={id}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, isNumeric }) => (
              <th key={name} scope="col" className={isNumeric === true ? 'numeric' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
