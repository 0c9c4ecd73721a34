// Tries per second of the guard fuzzer on one core, by processor time: node tools/measure-redteam.ts [tries]
import { TIERS } from '../src/domain/manifest/manifest.ts'
import { resolveGuardPolicy } from '../src/domain/guardrail/guard-policy.ts'
import { GuardFuzzer } from '../src/domain/redteam/fuzz-guard.ts'
import { seededRandom } from '../src/domain/redteam/seeded-random.ts'

const tries = Number(process.argv[2] ?? 10_000)
if (!Number.isInteger(tries) || tries < 1) {
  console.error('usage: node tools/measure-redteam.ts [tries]')
  process.exit(2)
}

for (const tier of TIERS)
  for (const side of ['input', 'document', 'output'] as const) {
    const fuzzer = new GuardFuzzer(side, resolveGuardPolicy({ preset: tier }, tier)[side], seededRandom(1))
    const started = process.cpuUsage()
    for (let done = 0; done < tries; done++) fuzzer.step()
    const { user, system } = process.cpuUsage(started)
    const { bypasses, kept, missedOpen, seeds } = fuzzer.report()
    const rate = Math.round(tries / ((user + system) / 1_000_000))
    console.log(
      `${tier} ${side.padEnd(8)} ${rate} tries a second, ${bypasses} bypasses, ${kept.length} ways, ${missedOpen} of ${seeds} seeds missed in the open`,
    )
  }
