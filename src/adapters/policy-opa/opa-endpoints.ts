import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { OpaEndpoint } from './opa-remote-engine.ts'

const ENDPOINTS_MAX = 20
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/

/**
 * OPA servers by name, from `GATEHOUSE_OPA` (`NAME=URL`, separated by spaces) and `GATEHOUSE_OPA_TOKEN_NAME`. SECURITY: packs come
 * from whoever may gate a release, so they name an endpoint and never an address that this process would then call.
 */
export function opaEndpoints(
  environment: Readonly<Record<string, string | undefined>>,
): Result<ReadonlyMap<string, OpaEndpoint>, Problem> {
  const endpoints = new Map<string, OpaEndpoint>()
  for (const entry of (environment['GATEHOUSE_OPA'] ?? '').split(/\s+/).filter((part) => part !== '')) {
    const [name = '', ...rest] = entry.split('=')
    const url = rest.join('=')
    if (!NAME.test(name) || !isHttpUrl(url) || endpoints.size >= ENDPOINTS_MAX)
      return fail({
        code: 'policy/endpoint',
        message: `\`GATEHOUSE_OPA\`: \`${name}\` is no \`NAME=URL\`, or there are more than ${ENDPOINTS_MAX}`,
        next: 'write for example: GATEHOUSE_OPA="house=https://opa.internal:8181"',
      })
    const token = environment[`GATEHOUSE_OPA_TOKEN_${name.toUpperCase().replaceAll('-', '_')}`]
    endpoints.set(name, { url, token: token === '' ? undefined : token })
  }
  return ok(endpoints)
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.search === ''
  )
}
