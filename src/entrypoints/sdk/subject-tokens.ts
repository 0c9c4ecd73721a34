import { createPrivateKey } from 'node:crypto'
import { mintSubjectToken } from '../../adapters/http/subject-token.ts'
import type { Subject } from '../../domain/session/conversation.ts'

export interface SubjectTokens {
  /** A fresh `Gatehouse-Subject` for one end user, at most five minutes old when it ends. */
  mint(subject: Subject): Promise<string>
}

/** Signs with the application's workload key (PKCS#8 PEM, Ed25519). Throws when the key is none. */
export function subjectTokens(options: {
  readonly system: string
  readonly workloadKeyPem: string
  readonly nowMs: () => number
}): SubjectTokens {
  const key = createPrivateKey(options.workloadKeyPem)
  return { mint: (subject) => mintSubjectToken(key, options.system, subject, options.nowMs()) }
}
