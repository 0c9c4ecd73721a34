import type { GuardAction, GuardConfig, Tier } from '../manifest/manifest.ts'

/** A guard configuration with every question answered. */
export interface GuardPolicy {
  readonly input: SidePolicy
  readonly document: SidePolicy
  readonly output: SidePolicy
}

export interface SidePolicy {
  readonly injection: { readonly at: number; readonly action: GuardAction }
  readonly pii: GuardAction
  readonly secrets: GuardAction
  readonly promptLeak: GuardAction
  /** Undefined: links are not looked at. */
  readonly links: { readonly allow: readonly string[]; readonly images: boolean } | undefined
}

const OFF: SidePolicy = {
  injection: { at: 1.1, action: 'allow' },
  pii: 'allow',
  secrets: 'allow',
  promptLeak: 'allow',
  links: undefined,
}

const PRESETS: Readonly<Record<Tier, GuardPolicy>> = {
  T1: {
    input: { ...OFF, injection: { at: 0.9, action: 'block' }, pii: 'log', secrets: 'block' },
    document: { ...OFF, injection: { at: 0.5, action: 'redact' }, pii: 'log', secrets: 'redact' },
    output: { ...OFF, pii: 'redact', secrets: 'redact', promptLeak: 'block', links: { allow: [], images: false } },
  },
  T2: {
    input: { ...OFF, injection: { at: 0.95, action: 'block' }, pii: 'log', secrets: 'redact' },
    document: { ...OFF, injection: { at: 0.7, action: 'redact' }, pii: 'log', secrets: 'redact' },
    output: { ...OFF, pii: 'log', secrets: 'redact', promptLeak: 'block', links: { allow: [], images: false } },
  },
  T3: {
    input: { ...OFF, injection: { at: 0.9, action: 'log' }, pii: 'log', secrets: 'log' },
    document: { ...OFF, injection: { at: 0.7, action: 'log' }, pii: 'log', secrets: 'log' },
    output: { ...OFF, pii: 'log', secrets: 'redact', promptLeak: 'log' },
  },
}

/** The preset (the tier's own, unless another is named) with what the manifest sets on top. */
export function resolveGuardPolicy(config: GuardConfig | undefined, tier: Tier): GuardPolicy {
  const preset = config?.preset ?? tier
  const base: GuardPolicy = preset === 'none' ? { input: OFF, document: OFF, output: OFF } : PRESETS[preset]
  const input = config?.input
  const output = config?.output
  return {
    input: overlay(base.input, input),
    // Documents follow the input's answer on personal data; secrets and instructions in them are cut out, not blocked.
    document: { ...base.document, pii: input?.pii?.action ?? base.document.pii },
    output: overlay(base.output, output),
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
    secrets: side.secrets?.action ?? base.secrets,
    promptLeak: side.promptLeak?.action ?? base.promptLeak,
    links:
      side.links === undefined ? base.links : { allow: side.links.allow ?? [], images: side.links.images ?? false },
  }
}
