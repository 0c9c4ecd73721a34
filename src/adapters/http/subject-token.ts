import type { KeyObject } from 'node:crypto'
import { SignJWT, jwtVerify } from 'jose'
import type { Subject } from '../../domain/session/conversation.ts'
import { publicKeyObject } from '../crypto/ed25519.ts'

const LIFE_MAX_S = 300
const CLOCK_TOLERANCE_S = 5
/** What a decision record can hold: a request whose record would be refused is not served. */
const TENANT_CHARS_MAX = 200

/** Mints a `Gatehouse-Subject` for one end user; at most five minutes. */
// oxlint-disable-next-line max-params -- key, audience, subject, now and an optional life
export function mintSubjectToken(
  key: KeyObject,
  system: string,
  subject: Subject,
  nowMs: number,
  lifeSeconds = LIFE_MAX_S,
): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1_000)
  return new SignJWT({
    tenant: subject.tenant,
    roles: [...subject.roles],
    session: subject.session,
    ...(subject.email === undefined ? {} : { email: subject.email }),
    ...(subject.language === undefined ? {} : { locale: subject.language }),
    ...(subject.purpose === undefined ? {} : { purpose: subject.purpose }),
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'gatehouse-subject+jwt' })
    .setSubject(subject.principal)
    .setAudience(`gatehouse:${system}`)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.min(lifeSeconds, LIFE_MAX_S))
    .sign(key)
}

function isTenant(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TENANT_CHARS_MAX && value.isWellFormed()
}

/** A purpose that is no plain word is none: rules that ask for one then deny. */
export function isPurpose(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value)
}

export type VerifySubject = (token: string) => Promise<Subject | undefined>

/** Undefined for anything but a fresh token for this system by one of its workload keys. */
export function subjectVerifier(system: string, publicKeys: readonly Uint8Array[], nowMs: () => number): VerifySubject {
  const keys = publicKeys.map(publicKeyObject)
  return async (token) => {
    if (token.length > 8_192) return undefined
    for (const key of keys) {
      const subject = await verifyWith(key, token, system, nowMs())
      if (subject !== undefined) return subject
    }
    return undefined
  }
}

async function verifyWith(key: KeyObject, token: string, system: string, nowMs: number): Promise<Subject | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: 'gatehouse-subject+jwt',
      audience: `gatehouse:${system}`,
      requiredClaims: ['sub', 'exp', 'iat'],
      maxTokenAge: LIFE_MAX_S,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(nowMs),
    })
    const { sub, tenant, roles, session, email, locale, purpose, exp, iat } = payload
    if ((exp ?? 0) - (iat ?? 0) > LIFE_MAX_S) return undefined
    if (typeof sub !== 'string' || !isTenant(tenant) || typeof session !== 'string' || session === '') return undefined
    if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) return undefined
    return {
      principal: sub,
      tenant,
      session,
      roles: roles as string[],
      email: typeof email === 'string' ? email : undefined,
      ...(typeof locale === 'string' ? { language: locale } : {}),
      ...(isPurpose(purpose) ? { purpose } : {}),
    }
  } catch (error) {
    // jose says by its own errors that a token is not valid; its caller needs only that.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_J')) return undefined
    throw error
  }
}
