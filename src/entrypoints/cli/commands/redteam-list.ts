import { CAMPAIGN_GOALS, frameworksOf } from '../../../domain/redteam/campaign-goals.ts'
import { CAMPAIGN_TECHNIQUES } from '../../../domain/redteam/campaign-techniques.ts'
import { filterCases } from '../../../domain/redteam/plan-campaign.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadCatalogue } from '../redteam/load-catalogue.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface RedteamListOptions {
  readonly goals?: readonly string[] | undefined
  readonly techniques?: readonly string[] | undefined
  readonly languages?: readonly string[] | undefined
  readonly cases: boolean
  readonly json: boolean
}

/** `gatehouse redteam list`: what the catalogue holds. */
export async function redteamListCommand(terminal: Terminal, options: RedteamListOptions): Promise<number> {
  const catalogue = await loadCatalogue()
  if (!catalogue.ok) {
    reportProblems(terminal, catalogue.failure)
    return EXIT_CODE.internal
  }
  const attacks = filterCases(catalogue.value.attacks, options)
  const twins = catalogue.value.twins.filter(({ goal }) => options.goals?.includes(goal) !== false)
  const goals = CAMPAIGN_GOALS.map((goal) => ({
    ...goal,
    attacks: attacks.filter((attack) => attack.goal === goal.id).length,
    twins: twins.filter((twin) => twin.goal === goal.id).length,
  })).filter((goal) => goal.attacks + goal.twins > 0)
  const techniques = CAMPAIGN_TECHNIQUES.map((technique) => ({
    ...technique,
    attacks: attacks.filter((attack) => attack.technique === technique.id).length,
  })).filter((technique) => technique.attacks > 0)
  if (options.json) {
    const cases = options.cases ? { cases: attacks, twinCases: twins } : {}
    const { digest } = catalogue.value
    printLine(
      terminal,
      inertJson(
        { schemaVersion: 1, digest, attacks: attacks.length, twins: twins.length, goals, techniques, ...cases },
        2,
      ),
    )
    return EXIT_CODE.pass
  }
  const style = styleFor(terminal.hasColor)
  const languages = new Set(attacks.map(({ language }) => language))
  printLine(terminal, `${attacks.length} attacks and ${twins.length} benign twins in ${languages.size} languages`)
  printLine(terminal, style.bold('\nGOALS'))
  for (const goal of goals)
    printLine(
      terminal,
      `  ${goal.id.padEnd(20)} ${String(goal.attacks).padStart(4)} attacks ${String(goal.twins).padStart(4)} twins  ${goal.severity.padEnd(8)} ${frameworksOf(goal).join(', ')}`,
    )
  printLine(terminal, style.bold('\nTECHNIQUES'))
  for (const { id, title, attacks: count, atlas } of techniques)
    printLine(terminal, `  ${id.padEnd(22)} ${String(count).padStart(4)}  ${title} (${atlas.join(', ')})`)
  if (!options.cases) return EXIT_CODE.pass
  printLine(terminal, style.bold('\nCASES'))
  for (const { id, goal, technique, language, channel, turns, plant } of attacks) {
    printLine(terminal, `  ${id} ${goal} ${technique} ${language}${channel === 'user' ? '' : ` ${channel}`}`)
    for (const text of [...(plant === undefined ? [] : [plant]), ...turns])
      printLine(terminal, `    ${inert(text.replace(/\s+/g, ' '))}`)
  }
  return EXIT_CODE.pass
}
