import { troubleLine, type ReportTrouble } from '../../src/entrypoints/node/report-trouble.ts'

/** What a server could not do by itself shows in the run's output. */
export const warnOfTrouble: ReportTrouble = (what, error) => process.stderr.write(`${troubleLine(what, error)}\n`)
