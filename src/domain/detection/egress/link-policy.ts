import type { LinkSpan } from './link-span.ts'

export interface LinkPolicy {
  readonly allow: readonly string[]
  readonly images: boolean
}

/**
 * The finding that a link is under a policy, or undefined: every host must be allowed, what loads by itself needs `images`, and
 * a URL that carries data is one even on an allowed host.
 */
export function linkFinding(
  { kind, hosts, loads, reasons }: LinkSpan,
  { allow, images }: LinkPolicy,
): 'egress/link' | 'egress/image' | 'egress/data-in-url' | undefined {
  if (!hosts.every((host) => isAllowedHost(host, allow))) return `egress/${kind}`
  if ((loads || kind === 'image') && !images) return 'egress/image'
  return reasons.includes('data-in-url') ? 'egress/data-in-url' : undefined
}

/** `example.com` allows itself and its subdomains, `*.example.com` its subdomains; nothing else does. */
export function isAllowedHost(host: string, allow: readonly string[]): boolean {
  return allow.some((entry) => {
    const allowed = entry.toLowerCase()
    return allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed || host.endsWith(`.${allowed}`)
  })
}
