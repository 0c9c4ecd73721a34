/** Labels of one series, by the names that OpenTelemetry's conventions have for them. */
export type Labels = Readonly<Record<string, string | number>>

export interface Histogram {
  readonly record: (value: number, labels: Labels) => void
}

export interface Counter {
  readonly add: (count: number, labels: Labels) => void
}

export type Observe = (value: number, labels?: Labels) => void

interface Metric {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly description: string | undefined
  readonly unit: string | undefined
  /** Lines of all its series, or none. */
  readonly lines: () => readonly string[]
}

/** Series of one metric; what would be one more is counted without its labels, so that no sender can grow the memory. */
const SERIES_MAX = 2_000
const OVERFLOW: Labels = { 'otel.metric.overflow': 'true' }
const SCOPE: Labels = { 'otel.scope.name': 'gatehouse' }

/**
 * Counters, histograms and gauges in the text format of Prometheus 0.0.4, named as OpenTelemetry's rules for Prometheus say
 * (dots become underscores, `_total` behind a counter). What is counted with every request looks up one key and adds.
 */
export class PrometheusMeter {
  readonly #metrics: Metric[] = []
  readonly #target: string

  constructor(service: string) {
    this.#target = `target_info${labelled({ 'service.name': service })} 1`
  }

  createCounter(name: string, { description }: { readonly description?: string } = {}): Counter {
    const series = new Series(() => ({ count: 0 }))
    const told = `${plain(name)}_total`
    this.#metrics.push({
      name: told,
      kind: 'counter',
      description,
      unit: undefined,
      lines: () => series.map((labels, { count }) => [`${told}${labelled(labels)} ${count}`]),
    })
    return { add: (count, labels) => void (series.of(labels).count += count) }
  }

  /** `boundaries`: upper ends of the buckets, ascending; each holds its own end. */
  createHistogram(
    name: string,
    { unit, description, boundaries }: { unit: string; description?: string; boundaries: readonly number[] },
  ): Histogram {
    const series = new Series(() => ({ sum: 0, counts: boundaries.map(() => 0), beyond: 0 }))
    const told = plain(name)
    this.#metrics.push({
      name: told,
      kind: 'histogram',
      description,
      unit,
      lines: () => series.map((labels, known) => histogramLines({ name: told, boundaries }, labels, known)),
    })
    return {
      record(value, labels) {
        const known = series.of(labels)
        known.sum += value
        const at = boundaries.findIndex((end) => value <= end)
        if (at < 0) known.beyond += 1
        else known.counts[at] = (known.counts[at] ?? 0) + 1
      },
    }
  }

  /** Asked for when somebody looks. */
  createGauge(name: string, tell: (observe: Observe) => void): void {
    const told = plain(name)
    this.#metrics.push({
      name: told,
      kind: 'gauge',
      description: undefined,
      unit: undefined,
      lines() {
        const lines: string[] = []
        tell((value, labels = {}) => void lines.push(`${told}${labelled({ ...labels, ...SCOPE })} ${value}`))
        return lines
      },
    })
  }

  /** The whole of it as a scrape gets it. */
  text(): string {
    const lines = ['# HELP target_info Target metadata', '# TYPE target_info gauge', this.#target]
    for (const { name, kind, description = 'description missing', unit, lines: own } of this.#metrics) {
      const series = own()
      if (series.length === 0) continue
      lines.push(`# HELP ${name} ${description}`)
      if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`)
      lines.push(`# TYPE ${name} ${kind}`, ...series)
    }
    return `${lines.join('\n')}\n`
  }
}

/** Sets of labels that begin alike: what comes next, by its name and then by its value. */
interface Branch<Value> {
  readonly next: Map<string | number, Branch<Value>>
  value: Value | undefined
}

/** What is known of each set of labels. */
class Series<Value> {
  readonly #known: { readonly labels: Labels; readonly value: Value }[] = []
  readonly #root: Branch<Value> = { next: new Map(), value: undefined }
  readonly #fresh: () => Value

  constructor(fresh: () => Value) {
    this.#fresh = fresh
  }

  /** The same labels come in the same order: each is written in one place. No key is put together for a look-up. */
  of(labels: Labels): Value {
    let branch: Branch<Value> | undefined = this.#root
    for (const name in labels) branch = branch?.next.get(name)?.next.get(labels[name] ?? '')
    return branch?.value ?? this.#added(labels)
  }

  #added(labels: Labels): Value {
    if (this.#known.length >= SERIES_MAX && labels !== OVERFLOW) return this.of(OVERFLOW)
    let branch = this.#root
    for (const step of Object.entries(labels).flat()) {
      const next = branch.next.get(step) ?? { next: new Map(), value: undefined }
      branch.next.set(step, next)
      branch = next
    }
    const value = this.#fresh()
    branch.value = value
    this.#known.push({ labels: { ...labels, ...SCOPE }, value })
    return value
  }

  map(told: (labels: Labels, value: Value) => readonly string[]): readonly string[] {
    return this.#known.flatMap(({ labels, value }) => told(labels, value))
  }
}

interface Buckets {
  readonly sum: number
  readonly counts: readonly number[]
  readonly beyond: number
}

function histogramLines(
  { name, boundaries }: { readonly name: string; readonly boundaries: readonly number[] },
  labels: Labels,
  { sum, counts, beyond }: Buckets,
): readonly string[] {
  let below = 0
  const buckets = boundaries.map((end, at) => {
    below += counts[at] ?? 0
    return `${name}_bucket${labelled({ ...labels, le: end })} ${below}`
  })
  const own = labelled(labels)
  const count = below + beyond
  return [
    `${name}_count${own} ${count}`,
    `${name}_sum${own} ${sum}`,
    ...buckets,
    `${name}_bucket${labelled({ ...labels, le: '+Inf' })} ${count}`,
  ]
}

function plain(name: string): string {
  return name.replace(/\W+/g, '_')
}

function labelled(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${plain(name)}="${escaped(String(value))}"`)
  return `{${parts.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
