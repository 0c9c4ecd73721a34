import { load, MARK, redacted } from './peer-result.ts'
import type { Detector } from './peer.ts'

/** Longest text that a package is asked about, where it wants a limit. */
const TEXT_CHARS_MAX = 2_000_000

export async function openVard(): Promise<Detector> {
  type Result = { readonly safe: boolean; readonly threats?: readonly { readonly severity: number }[] }
  const { vard } = await load<{
    readonly vard: {
      readonly moderate: () => {
        readonly maxLength: (length: number) => { readonly safeParse: (text: string) => Result }
      }
    }
  }>('@andersmyrmel/vard')
  const guard = vard.moderate().maxLength(TEXT_CHARS_MAX)
  return {
    detect: (text) => {
      const { safe, threats } = guard.safeParse(text)
      return { isFlagged: !safe, score: Math.max(0, ...(threats ?? []).map(({ severity }) => severity)) }
    },
  }
}

export async function openRedactPii(): Promise<Detector> {
  const { SyncRedactor } = await load<{
    readonly SyncRedactor: new (options: object) => { readonly redact: (text: string) => string }
  }>('redact-pii')
  const redactor = new SyncRedactor({ globalReplaceWith: MARK })
  return { detect: (text) => redacted(text, redactor.redact(text), MARK) }
}

export async function openRedactpiiNode(): Promise<Detector> {
  const { Redactor } = await load<{
    readonly Redactor: new (options: object) => { readonly redact: (text: string) => string }
  }>('@redactpii/node')
  const redactor = new Redactor({ globalReplaceWith: MARK })
  return { detect: (text) => redacted(text, redactor.redact(text), MARK) }
}

export async function openSecretlint(): Promise<Detector> {
  const { lintSource } = await load<{
    readonly lintSource: (
      request: object,
    ) => Promise<{ readonly messages: readonly { readonly range: readonly [number, number] }[] }>
  }>('@secretlint/core')
  const { creator } = await load<{ readonly creator: object }>('@secretlint/secretlint-rule-preset-recommend')
  const options = {
    noPhysicFilePath: true,
    config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }] },
  }
  return {
    detect: async (text) => {
      const source = { content: text, filePath: 'text.txt', ext: '.txt', contentType: 'text' }
      const { messages } = await lintSource({ source, options })
      return {
        isFlagged: messages.length > 0,
        spans: () => messages.map(({ range: [start, end] }) => ({ start, end })),
      }
    },
  }
}
