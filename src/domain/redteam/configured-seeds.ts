import { canaryIndex, sessionCanaries } from '../detection/leak/canaries.ts'
import { samplePattern } from '../detection/linear-pattern/sample-pattern.ts'
import { leakIndex } from '../detection/prompt-leak.ts'
import type { GuardOptions } from '../guardrail/guard-text.ts'
import type { SidePolicy } from '../guardrail/guard-policy.ts'
import type { GuardConfig, GuardSideName } from '../manifest/manifest.ts'
import { authoritySeeds, groundingSeeds, PASSAGES } from './authority-seeds.ts'
import { below, type Random } from './seeded-random.ts'
import type { ValueSeed } from './value-seeds.ts'

/** What a running guard knows beside its policy, and the values by which it is tried. */
export interface FuzzSetup {
  readonly options: GuardOptions
  readonly seeds: readonly ValueSeed[]
  /** Results of this length and more do not reach the model. */
  readonly withheldFrom?: number | undefined
}

export interface ConfiguredGuard {
  readonly guard: GuardConfig | undefined
  /** Fixed texts of the prompts. */
  readonly prompts: readonly string[]
  readonly classify?: GuardOptions['classify']
}

const SAMPLES = 2
const BANNED_MAX = 20
const PROMPTS_MAX = 5
/** A leak counts from 32 letters on. */
const PROMPT_LETTERS_MIN = 48
const PROMPT_CHARS_MAX = 120
const SECRET_CHARS = 24
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

/**
 * Seeds of what the manifest itself forbids. SECURITY: secrets are stand-ins of the fuzzer's own, so that no value of an
 * environment is printed or written into a case.
 */
export function configuredSeeds(
  { guard = {}, prompts, classify }: ConfiguredGuard,
  side: GuardSideName,
  policy: SidePolicy,
  random: Random,
): FuzzSetup {
  const isOutput = side === 'output'
  const texts = isOutput ? prompts.flatMap(passagesOf).slice(0, PROMPTS_MAX) : []
  const secrets = (isOutput ? (guard.secretsFrom ?? []) : []).map(() => word(random))
  const canaries = isOutput && guard.canaries === true ? sessionCanaries(() => hexWord(random), 'redteam') : []
  const leaks =
    policy.promptLeak === 'allow' ? [] : [...texts.map(of('leak/prompt')), ...secrets.map(of('leak/secret'))]
  return {
    options: {
      leak: isOutput ? leakIndex(texts, secrets) : undefined,
      canaries: canaries.length === 0 ? undefined : canaryIndex(canaries),
      classify: isOutput && policy.injection.action === 'allow' ? undefined : classify,
      passages: policy.grounding === undefined ? undefined : PASSAGES,
    },
    // A document is taken for the result of a tool that nobody trusts and no exception names.
    withheldFrom: side === 'document' ? guard.opaque?.fromChars : undefined,
    seeds: [
      ...(isOutput ? authoritySeeds(guard) : []),
      ...(policy.grounding === undefined || policy.grounding.action === 'allow'
        ? []
        : groundingSeeds(policy.grounding)),
      ...rulesOf(policy, random),
      ...(guard.banned ?? []).slice(0, BANNED_MAX).map((phrase) => bannedSeed(phrase)),
      ...leaks,
      ...(policy.promptLeak === 'allow' ? [] : canaries.map(({ text, form }) => of(`leak/canary-${form}`)(text))),
    ],
  }
}

const of =
  (kind: string) =>
  (text: string): ValueSeed => ({ kind, category: 'prompt-leak', text, mark: text, hasForms: true })

function bannedSeed(phrase: string): ValueSeed {
  const text = phrase.replaceAll('*', '')
  return { kind: 'content/banned', category: 'banned', text, mark: text, hasForms: true }
}

function rulesOf({ rules }: SidePolicy, random: Random): readonly ValueSeed[] {
  return (rules?.rules ?? []).flatMap(({ id, pattern, ignoreCase, action, category = 'banned' }) =>
    action === 'allow'
      ? []
      : Array.from({ length: SAMPLES }, (): ValueSeed | undefined => {
          const text = samplePattern(pattern, ignoreCase === true, (n) => below(random, n))
          return text === undefined
            ? undefined
            : { kind: `rule/${id}`, category, text, mark: text, hasForms: true, asked: action }
        }).filter((seed) => seed !== undefined),
  )
}

/** Lines of a prompt that are long enough to be recognised. */
function passagesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim().slice(0, PROMPT_CHARS_MAX))
    .filter((line) => (line.match(/\p{L}/gu) ?? []).length >= PROMPT_LETTERS_MIN && !line.includes('{{'))
}

const word = (random: Random): string =>
  Array.from({ length: SECRET_CHARS }, () => ALPHABET.charAt(below(random, ALPHABET.length))).join('')

const hexWord = (random: Random): string =>
  Array.from({ length: 32 }, () => '0123456789abcdef'.charAt(below(random, 16))).join('')
