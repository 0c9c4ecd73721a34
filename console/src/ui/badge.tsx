import type { ReactElement } from 'react'
import { Icon, type IconName } from './icon.tsx'

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'neutral'

/** A status: icon, word and colour, in this order of importance for none of them alone. */
export function Badge({
  tone,
  icon,
  word,
}: {
  readonly tone: Tone
  readonly icon: IconName
  readonly word: string
}): ReactElement {
  return (
    <span className={`badge badge-${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

export function SimulatedBadge(): ReactElement {
  return <Badge tone="info" icon="flask" word="simulated model" />
}
