import type { HttpExchanger } from './http-exchange.ts'
import type { LagMeter } from './lag-meter.ts'

/** What targets share in one run. */
export interface TargetPorts {
  readonly http: HttpExchanger
  readonly lag: LagMeter
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Paths of a target are relative to it. */
  readonly folder: string
}
