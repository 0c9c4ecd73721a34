import { fail } from '../../base/result.ts'
import type { RegoAnswer, RegoEngine } from '../../domain/policy/rego-engine.ts'
import { askBundle, BUNDLE_LIMITS, type BundleLimits } from './opa-bundle-engine.ts'
import { askRemote, REMOTE_MS, type OpaEndpoint } from './opa-remote-engine.ts'

export interface OpaOptions {
  readonly endpoints: ReadonlyMap<string, OpaEndpoint>
  readonly bundle?: BundleLimits | undefined
  readonly remoteMs?: number | undefined
}

/** Rego by OPA: compiled bundles in a thread, or a server of the operator. What neither knows is a failure. */
export function opaEngine({ endpoints, bundle = BUNDLE_LIMITS, remoteMs = REMOTE_MS }: OpaOptions): RegoEngine {
  return {
    async ask(question) {
      const { source, path, inputs } = question
      if (source.kind === 'opa-bundle') return askBundle(question, bundle)
      const endpoint = endpoints.get(source.endpoint)
      if (endpoint === undefined)
        return inputs.map(() =>
          fail({
            code: 'policy/refused' as const,
            message: `no OPA server is named \`${source.endpoint}\` here; the operator names them in \`GATEHOUSE_OPA\``,
          }),
        )
      const answers: RegoAnswer[] = []
      for (const input of inputs) answers.push(await askRemote(endpoint, { path, input }, remoteMs))
      return answers
    },
  }
}
