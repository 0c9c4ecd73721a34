import type { ReactElement, ReactNode } from 'react'
import { dateTime, shortDigest, timeOfDay } from '../format.ts'

export function Instant({ at, isShort }: { readonly at: number; readonly isShort?: boolean }): ReactElement {
  return (
    <time dateTime={new Date(at).toISOString()} title={new Date(at).toISOString()} className="nowrap">
      {isShort === true ? timeOfDay(at) : dateTime(at)}
    </time>
  )
}

export function ShortDigest({ digest }: { readonly digest: string }): ReactElement {
  return <code title={digest}>{shortDigest(digest)}</code>
}

/** Name and value pairs. */
export function Facts({
  items,
}: {
  readonly items: readonly (readonly [name: string, value: ReactNode])[]
}): ReactElement {
  return (
    <dl className="facts">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
