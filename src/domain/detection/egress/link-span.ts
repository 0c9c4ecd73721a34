import type { LinkReason, LinkTarget } from './link-target.ts'

export interface LinkSpan {
  readonly start: number
  readonly end: number
  readonly kind: 'image' | 'link'
  /** The first of `hosts`. */
  readonly host: string
  /** Every host that the span leads to: of several attributes, a `srcset` list, a redirector's parameter. */
  readonly hosts: readonly string[]
  /** It is fetched, sent or run without a click. */
  readonly loads: boolean
  readonly reasons: readonly LinkReason[]
  /** Text to keep when the link is taken away. */
  readonly label: string
}

/** Of a span with more hosts nobody can tell where it leads: each join looks at all of them. */
const HOSTS_MAX = 100

export function linkSpan(
  [start, end]: readonly [number, number],
  targets: readonly LinkTarget[],
  about: Pick<LinkSpan, 'kind' | 'loads' | 'label'>,
): LinkSpan {
  const { hosts, reasons } = targets.length === 1 ? (targets[0] as LinkTarget) : joined(targets)
  return { start, end, host: hosts[0] ?? 'unparsable', hosts, reasons: [...reasons], ...about }
}

function joined(targets: readonly LinkTarget[]): LinkTarget {
  return {
    hosts: [...new Set(targets.flatMap(({ hosts }) => hosts))],
    reasons: new Set(targets.flatMap(({ reasons }) => [...reasons])),
  }
}

/** Adds a span to those in order. Spans that touch are one, and the one that begins first names it. */
export function joinSpan(spans: LinkSpan[], found: LinkSpan): void {
  let span = found
  for (let last = spans.at(-1); last !== undefined && last.end > span.start; last = spans.at(-1)) {
    // A label that holds a link is not kept.
    const outer = last.start < span.start ? last : { ...span, label: '' }
    const hosts = [...new Set([...outer.hosts, ...last.hosts, ...span.hosts])]
    const isMuch = hosts.length > HOSTS_MAX
    span = {
      ...outer,
      end: Math.max(last.end, span.end),
      hosts: isMuch ? [...hosts.slice(0, HOSTS_MAX - 1), 'unparsable'] : hosts,
      reasons: [...new Set([...last.reasons, ...span.reasons, ...(isMuch ? (['unparsable'] as const) : [])])],
      loads: last.loads || span.loads,
    }
    spans.pop()
  }
  spans.push(span)
}
