import { fail, ok, type Problem, type Result } from '../../base/result.ts'

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/

/** Texts go to a detector's endpoint: over TLS or not off this machine, unless that is allowed by name. */
export function checkEndpoint(url: string, allowPlainHttp: boolean): Result<URL, Problem> {
  const refused = (what: string, next: string): Result<URL, Problem> =>
    fail({ code: 'detector/bad-endpoint', message: `the detector's \`url\` ${what}`, next })
  if (!URL.canParse(url)) return refused('is no URL', 'write `https://HOST/PATH`')
  const parsed = new URL(url)
  if (parsed.username !== '' || parsed.password !== '')
    return refused('holds credentials', 'name the environment variable with the key in `keyFrom`')
  if (parsed.protocol === 'https:') return ok(parsed)
  if (parsed.protocol !== 'http:') return refused('is neither https nor http', 'write `https://HOST/PATH`')
  if (allowPlainHttp || LOOPBACK.test(parsed.hostname)) return ok(parsed)
  return refused(
    'is plain http to another machine',
    'use https, or set `allowPlainHttp: true` where the network is your own',
  )
}
