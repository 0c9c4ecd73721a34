import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contentFolder } from '../../adapters/files/content-folder.ts'
import type { Problem, Result } from '../../base/result.ts'
import { parseRights } from '../../contract/rights/parse-rights.ts'
import { parseThreats } from '../../contract/threats/parse-threats.ts'
import type { DecisionRights } from '../../domain/approval/decision-rights.ts'
import type { ThreatKind } from '../../domain/threatmodel/threat.ts'

/** The decision rights that hold until an organization adopts its own. */
export function shippedRights(): Promise<DecisionRights> {
  return shipped('decision-rights.yaml', parseRights)
}

/** Kinds of threats, from which threat models are derived. */
export function shippedThreats(): Promise<readonly ThreatKind[]> {
  return shipped('threats.yaml', parseThreats)
}

async function shipped<Content>(
  file: string,
  parse: (file: string, text: string) => Result<Content, readonly Problem[]>,
): Promise<Content> {
  const parsed = parse(`catalog/${file}`, await readFile(join(contentFolder('catalog'), file), 'utf8'))
  // Content of the package itself: that it cannot be read is a fault of the installation.
  if (!parsed.ok) throw new Error(`catalog/${file}: ${parsed.failure.map(({ message }) => message).join('; ')}`)
  return parsed.value
}
