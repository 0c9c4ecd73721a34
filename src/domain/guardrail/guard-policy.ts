import { banList, type BanList } from '../detection/content/ban-list.ts'
import { topicIndex, type TopicIndex } from '../detection/content/topics.ts'
import type { GroundingPolicy, GuardAction, GuardConfig, GuardSide, Tier } from '../manifest/manifest.ts'
import { degradingControls, NONE_DEGRADES, type DegradingControls } from './on-error.ts'
import { ruleSet, type RuleSet } from './rule-set.ts'
import { neededFor, type TableDetectors } from './table-detectors.ts'

/** A guard configuration with every question answered. */
export interface GuardPolicy {
  readonly input: SidePolicy
  readonly document: SidePolicy
  readonly output: SidePolicy
}

export interface SidePolicy {
  readonly injection: { readonly at: number; readonly action: GuardAction }
  readonly pii: GuardAction
  /** Names, addresses, birth dates, ages: guesses of words and shapes. */
  readonly softPii: GuardAction
  readonly secrets: GuardAction
  readonly promptLeak: GuardAction
  /** Undefined: nothing is banned, no topic denied, every language allowed. */
  readonly content: ContentPolicy | undefined
  /** Patterns of the user's own for this side; undefined where there are none. */
  readonly rules: RuleSet | undefined
  /** Undefined: answers are not held against what they rest on. */
  readonly grounding: Grounding | undefined
  /** Controls whose failure is taken as a finding of theirs and stops nothing else. */
  readonly onError: DegradingControls
  /** Undefined: links are not looked at. */
  readonly links: { readonly allow: readonly string[]; readonly images: boolean } | undefined
}

export interface Grounding extends GroundingPolicy {
  readonly groundClaims: NonNullable<TableDetectors['groundClaims']>
}

/** What may not be talked about, in prepared form. */
export interface ContentPolicy {
  readonly banned: BanList | undefined
  readonly topics: TopicIndex | undefined
  readonly languages: AllowedLanguages | undefined
}

export interface AllowedLanguages {
  /** Two-letter codes. */
  readonly allow: readonly string[]
  readonly detectLanguage: NonNullable<TableDetectors['detectLanguage']>
}

const OFF: SidePolicy = {
  injection: { at: 1.1, action: 'allow' },
  pii: 'allow',
  softPii: 'allow',
  secrets: 'allow',
  promptLeak: 'allow',
  content: undefined,
  rules: undefined,
  grounding: undefined,
  onError: NONE_DEGRADES,
  links: undefined,
}

const PRESETS: Readonly<Record<Tier, GuardPolicy>> = {
  T1: {
    input: { ...OFF, injection: { at: 0.9, action: 'block' }, pii: 'log', softPii: 'log', secrets: 'block' },
    document: { ...OFF, injection: { at: 0.5, action: 'redact' }, pii: 'log', softPii: 'log', secrets: 'redact' },
    output: {
      ...OFF,
      pii: 'redact',
      softPii: 'log',
      secrets: 'redact',
      promptLeak: 'block',
      links: { allow: [], images: false },
    },
  },
  T2: {
    input: { ...OFF, injection: { at: 0.95, action: 'block' }, pii: 'log', softPii: 'log', secrets: 'redact' },
    document: { ...OFF, injection: { at: 0.7, action: 'redact' }, pii: 'log', softPii: 'log', secrets: 'redact' },
    output: {
      ...OFF,
      pii: 'log',
      softPii: 'log',
      secrets: 'redact',
      promptLeak: 'block',
      links: { allow: [], images: false },
    },
  },
  T3: {
    input: { ...OFF, injection: { at: 0.9, action: 'log' }, pii: 'log', softPii: 'log', secrets: 'log' },
    document: { ...OFF, injection: { at: 0.7, action: 'log' }, pii: 'log', softPii: 'log', secrets: 'log' },
    output: { ...OFF, pii: 'log', softPii: 'log', secrets: 'redact', promptLeak: 'log' },
  },
}

/**
 * The preset (the tier's own, unless another is named) with what the manifest sets on top. Throws where that asks for a detector
 * which is not there.
 */
export function resolveGuardPolicy(
  config: GuardConfig | undefined,
  tier: Tier,
  detectors: TableDetectors = {},
): GuardPolicy {
  const preset = config?.preset ?? tier
  const base: GuardPolicy = preset === 'none' ? { input: OFF, document: OFF, output: OFF } : PRESETS[preset]
  const content = contentOf(config, detectors)
  const input = config?.input
  const output = config?.output
  return {
    input: {
      ...overlay(base.input, input),
      content,
      rules: ruleSet(config?.rules, 'input'),
      onError: degradingControls(config, input),
    },
    // Documents follow the input's answer on personal data; secrets and instructions in them are cut out, not blocked.
    document: {
      ...base.document,
      pii: input?.pii?.action ?? base.document.pii,
      softPii: softOf(input?.pii) ?? base.document.softPii,
      rules: ruleSet(config?.rules, 'document'),
      onError: degradingControls(config, input),
    },
    output: {
      ...overlay(base.output, output),
      content,
      rules: ruleSet(config?.rules, 'output'),
      grounding: groundingOf(config, detectors),
      onError: degradingControls(config, output),
    },
  }
}

/** What is only guessed is at most logged, unless the manifest says otherwise. */
function softOf(pii: GuardSide['pii']): GuardAction | undefined {
  return pii === undefined ? undefined : (pii.soft ?? (pii.action === 'allow' ? 'allow' : 'log'))
}

function groundingOf(config: GuardConfig | undefined, { groundClaims }: TableDetectors): Grounding | undefined {
  const { grounding } = config ?? {}
  if (grounding === undefined) return undefined
  return { ...grounding, groundClaims: neededFor('grounding', 'groundClaims', groundClaims) }
}

function contentOf(config: GuardConfig | undefined, { detectLanguage }: TableDetectors): ContentPolicy | undefined {
  const { banned, topics, language } = config ?? {}
  if (banned === undefined && topics?.deny === undefined && language === undefined) return undefined
  return {
    banned: banned === undefined ? undefined : banList(banned),
    topics: topics?.deny === undefined ? undefined : topicIndex(topics.deny, topics.define),
    languages:
      language === undefined
        ? undefined
        : { allow: language.allow, detectLanguage: neededFor('language', 'detectLanguage', detectLanguage) },
  }
}

function overlay(base: SidePolicy, side: GuardConfig['input']): SidePolicy {
  if (side === undefined) return base
  return {
    injection:
      side.injection === undefined
        ? base.injection
        : { at: side.injection.at ?? base.injection.at, action: side.injection.action },
    pii: side.pii?.action ?? base.pii,
    softPii: softOf(side.pii) ?? base.softPii,
    secrets: side.secrets?.action ?? base.secrets,
    content: base.content,
    rules: base.rules,
    grounding: base.grounding,
    onError: base.onError,
    promptLeak: side.promptLeak?.action ?? base.promptLeak,
    links:
      side.links === undefined ? base.links : { allow: side.links.allow ?? [], images: side.links.images ?? false },
  }
}
