import type { ReactElement } from 'react'
import { Instant } from '../../ui/values.tsx'
import type { IncidentView } from '../../views.ts'
import { PlainText } from '../../ui/plain-text.tsx'

export function Timeline({ entries }: { readonly entries: IncidentView['timeline'] }): ReactElement {
  return (
    <ol className="timeline">
      {entries.map(({ at, who, what }, index) => (
        // Entries are only ever added at the end.
        <li key={index}>
          <Instant at={at} /> <strong>{who}</strong> <PlainText text={what} />
        </li>
      ))}
    </ol>
  )
}
