import { AFRICAN_OCEANIAN_CHECKS } from './checks-africa-oceania.ts'
import { ASIAN_CHECKS } from './checks-asia.ts'
import { EASTERN_EUROPEAN_CHECKS } from './checks-eastern-europe.ts'
import { GLOBAL_CHECKS } from './checks-global.ts'
import { LATIN_AMERICAN_CHECKS } from './checks-latin-america.ts'
import { NORTH_AMERICAN_CHECKS } from './checks-north-america.ts'
import { NORTHERN_EUROPEAN_CHECKS } from './checks-northern-europe.ts'
import { SOUTHERN_EUROPEAN_CHECKS } from './checks-southern-europe.ts'
import { VAT_CHECKS } from './checks-vat.ts'
import { WESTERN_EUROPEAN_CHECKS } from './checks-western-europe.ts'
import type { Check } from './checksums.ts'

const CHECKS: ReadonlyMap<string, Check> = new Map(
  [
    GLOBAL_CHECKS,
    NORTH_AMERICAN_CHECKS,
    LATIN_AMERICAN_CHECKS,
    WESTERN_EUROPEAN_CHECKS,
    SOUTHERN_EUROPEAN_CHECKS,
    NORTHERN_EUROPEAN_CHECKS,
    EASTERN_EUROPEAN_CHECKS,
    ASIAN_CHECKS,
    AFRICAN_OCEANIAN_CHECKS,
    VAT_CHECKS,
  ].flatMap((checks) => Object.entries(checks)),
)

/** The check that a kind names; throws for a name that no region has, which is a fault of the table. */
export function checkNamed(name: string): Check {
  const check = CHECKS.get(name)
  if (check === undefined) throw new Error(`no identifier check is called \`${name}\``)
  return check
}

/** Names of all checks, for the generator's and the tests' closed sets. */
export const checkNames = (): readonly string[] => [...CHECKS.keys()]
