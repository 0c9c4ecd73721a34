/** A piece of work that is measured against others on the same text. */
export interface Contender {
  readonly name: string
  readonly run: (text: string) => unknown
}

export interface Effort {
  /** Rounds in which every contender takes its turn. */
  readonly rounds: number
  /** Processor time of one turn, ms: its clock ticks in some milliseconds, so a turn must be many ticks long. */
  readonly turnMs: number
}

const RUNS_MAX = 1_000_000
/** Keeps results alive, so that no call can be optimised away. */
let lastResult: unknown

/** Median processor time of one call in ms for each contender, which take turns in every round. */
export async function interleavedMedians(
  contenders: readonly Contender[],
  text: string,
  { rounds, turnMs }: Effort,
): Promise<ReadonlyMap<string, number>> {
  const runs = new Map<string, number>()
  for (const { name, run } of contenders) runs.set(name, await runsFor(() => run(text), turnMs))
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const { name, run } of contenders)
      samples.get(name)?.push(await processorMs(() => run(text), runs.get(name) ?? 1))
  return new Map([...samples].map(([name, values]) => [name, median(values)]))
}

/** Warms a piece of work up and says how many calls fill a turn. */
async function runsFor(work: () => unknown, turnMs: number): Promise<number> {
  for (let calls = 1; ; calls *= 2) {
    const ms = (await processorMs(work, calls)) * calls
    if (ms < turnMs / 2 && calls < RUNS_MAX) continue
    return Math.min(RUNS_MAX, Math.max(1, Math.round((turnMs * calls) / Math.max(ms, 1))))
  }
}

/** Processor time of this thread for one call, ms: what others do on the machine does not count. */
export async function processorMs(work: () => unknown, calls: number): Promise<number> {
  const started = process.threadCpuUsage()
  await repeat(work, calls)
  const { user, system } = process.threadCpuUsage(started)
  return (user + system) / 1_000 / calls
}

async function repeat(work: () => unknown, calls: number): Promise<void> {
  for (let call = 0; call < calls; call++) {
    const result = work()
    // Awaiting what is no promise would charge synchronous work for a turn of the queue.
    lastResult = result instanceof Promise ? await result : result
  }
}

/** The result of the last call, of whatever kind. */
export function lastMeasuredResult(): unknown {
  return lastResult
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** Percentile by linear interpolation between the closest ranks; NaN without values. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((left, right) => left - right)
  const rank = share * (sorted.length - 1)
  const low = sorted[Math.floor(rank)] ?? Number.NaN
  const high = sorted[Math.ceil(rank)] ?? Number.NaN
  return low + (high - low) * (rank - Math.floor(rank))
}

/** Slope of the least-squares line through the logarithms: 1 for time that grows as the size, 2 for its square. */
export function growthExponent(points: readonly (readonly [size: number, ms: number])[]): number {
  const logs = points.map(([size, ms]) => [Math.log(size), Math.log(ms)] as const)
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const variance = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return covariance / variance
}
